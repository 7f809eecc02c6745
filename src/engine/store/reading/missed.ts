import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { MissedBatch, MissedEvent, MissedRequest } from '../../log.ts';
import {
  type Candidate,
  type Listens,
  listening,
  mayBeMissing,
  missing,
  mostVolume,
  prunedBefore,
} from '../../reading/missing.ts';
import { type Entry, goThrough, Plans } from '../../reading/plans.ts';
import type { Statements } from '../statements.ts';
import { chainRows } from './replay-plans.ts';

/** Events found between two turns of others. */
const foundAtOnce = 5000;

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
      const found = missingOf(event, filter, listens);
      if (found === 'stopped') stopped += 1;
      if (found !== 'missed') return undefined;
      const payload = payloads ? payloadOf(event) : '';
      volume += payload.length;
      return { seq: event, payload };
    };
    const part = await goThrough(
      plan,
      after,
      limit,
      () => choose,
      () => volume > mostVolume,
    );
    if (part.ends) plans.forget(key);
    return { ...part, of: plan.length, until, stopped, prunedBefore: prunedSince(filter.from) };
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

  function missingOf(event: number, filter: MissedRequest['filter'], listens: Listens) {
    const row = statements
      .of(
        'select stage, event_type as type, touched_at as touched, accepted_at as accepted from events where seq = ?',
      )
      .get(event) as Candidate | undefined;
    return row && mayBeMissing(row, listens) ? missing(row, chainRows(statements, event), filter) : undefined;
  }

  function payloadOf(event: number): string {
    return String(statements.of('select payload from events where seq = ?').get(event)?.['payload'] ?? '{}');
  }

  function prunedSince(from: number): number | null {
    const oldest = statements
      .of('select touched_at as at from events where stage >= 7 order by touched_at limit 1')
      .get();
    const first = statements.of('select min(seq) as seq from events').get();
    return prunedBefore(numberOf(oldest?.['at']), numberOf(first?.['seq']), from);
  }
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
