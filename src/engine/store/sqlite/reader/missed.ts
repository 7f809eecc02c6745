import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { missedBy } from '../../../rules/missed.ts';
import { listensTo } from '../../../words/event-type.ts';
import type { MissedBatch, MissedEvent, MissedRequest } from '../../log.ts';
import { isDeliverable } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import { type Entry, goThrough, Plans } from './plans.ts';
import { chainRows } from './replay-plans.ts';

/** Events found between two turns of others, and what an answer carries of envelopes, in characters. */
const foundAtOnce = 5000;
const mostVolume = 1_000_000;

/** What is remembered of an event's type: whether it is listened to. */
type Listens = (eventType: string) => boolean;

/** Finds the events that a handler has missed, in the original order. */
export function missedOn(statements: Statements) {
  const plans = new Plans<Entry>();

  return async (request: MissedRequest): Promise<MissedBatch> => {
    const { filter, patterns, after, limit, payloads } = request;
    const last = statements.of('select max(seq) as last from events').get();
    const until = request.until ?? Number(last?.['last'] ?? 0);
    const key = JSON.stringify([filter, patterns, until]);
    const plan = await plans.of(key, () => planned(filter.from * 1000, until));
    const listens = listening(patterns);
    let stopped = 0;
    let volume = 0;
    const choose = ({ event }: Entry): MissedEvent | undefined => {
      const found = missing(event, filter, listens);
      if (found === 'stopped') stopped += 1;
      if (found !== 'missed') return undefined;
      const payload = payloads ? payloadOf(event) : '';
      volume += payload.length;
      return { seq: event, payload };
    };
    const part = await goThrough(plan, after, limit, choose, () => volume > mostVolume);
    if (part.ends) plans.forget(key);
    return { ...part, of: plan.length, until, stopped, prunedBefore: prunedBefore(filter.from) };
  };

  /**
   * All that were touched since: what was taken then was touched when its first pass was over, or later. What else has
   * to be so is asked of each when its turn comes: this is read from the index alone, and keeps nobody waiting.
   */
  async function planned(since: number, until: number): Promise<Entry[]> {
    const found: Entry[] = [];
    let after = since - 1;
    for (;;) {
      const rows = statements
        .of(
          `select seq, touched_at as at from events indexed by events_by_touch
           where touched_at is not null and touched_at > ? order by touched_at limit ${foundAtOnce}`,
        )
        .all(after);
      for (const { seq } of rows) if (Number(seq) <= until) found.push({ event: Number(seq) });
      if (rows.length < foundAtOnce) return found;
      after = Number(rows.at(-1)?.['at']);
      await yieldToOthers();
    }
  }

  function missing(event: number, { handler, from, to }: MissedRequest['filter'], listens: Listens) {
    const row = statements
      .of(
        'select stage, event_type as type, touched_at as touched, accepted_at as accepted from events where seq = ?',
      )
      .get(event);
    if (!row || !isDeliverable(Number(row['stage'])) || !listens(String(row['type']))) return undefined;
    const { chain, began } = chainRows(statements, event);
    // It was taken when the turn of its first handler came; without one, it was settled with that, and touched then.
    const untouched = chain.length > 0 ? row['accepted'] : Math.floor(Number(row['touched']) / 1000);
    const taken = began ?? Number(untouched);
    if (taken < from || (to !== undefined && taken >= to)) return undefined;
    return missedBy(handler, chain);
  }

  function payloadOf(event: number): string {
    return String(statements.of('select payload from events where seq = ?').get(event)?.['payload'] ?? '{}');
  }

  /** Retention deletes what is settled, the one first that was touched longest ago. */
  function prunedBefore(from: number): number | null {
    const oldest = statements
      .of('select touched_at as at from events where stage >= 7 order by touched_at limit 1')
      .get();
    const first = statements.of('select min(seq) as seq from events').get()?.['seq'];
    const at = oldest ? Math.floor(Number(oldest['at']) / 1000) : Number.POSITIVE_INFINITY;
    return first === null || Number(first) > 1 ? (at > from && Number.isFinite(at) ? at : null) : null;
  }
}

function listening(patterns: readonly string[]): Listens {
  const known = new Map<string, boolean>();
  return (eventType) => {
    const before = known.get(eventType);
    if (before !== undefined) return before;
    const listens = patterns.some((pattern) => listensTo(pattern, eventType));
    known.set(eventType, listens);
    return listens;
  };
}
