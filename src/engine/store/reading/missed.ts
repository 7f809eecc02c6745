import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { missedBy } from '../../rules/missed.ts';
import { listensTo } from '../../words/event-type.ts';
import type { MissedBatch, MissedEvent, MissedFilter, MissedRequest } from '../log/bulk.ts';
import { isDeliverable } from '../stage.ts';
import type { ReadChain } from './chain-rows.ts';
import type { EventState, LogRows } from './log-rows.ts';
import { type Entry, goThrough, Plans } from './plans.ts';

/** Events found between two turns of others, and what an answer carries of envelopes, in characters. */
const foundAtOnce = 5000;
const mostVolume = 1_000_000;

/** What is remembered of an event's type: whether it is listened to. */
type Listens = (eventType: string) => boolean;

/** Finds the events that a handler has missed, in the original order. */
export function missedOn(rows: LogRows) {
  const plans = new Plans<Entry>();

  return async (request: MissedRequest): Promise<MissedBatch> => {
    const { filter, patterns, after, limit, payloads } = request;
    const until = request.until ?? (await rows.last('events'));
    const key = JSON.stringify([filter, patterns, until]);
    const plan = await plans.of(key, () => planned(filter.from * 1000, until));
    const listens = listening(patterns);
    let stopped = 0;
    let volume = 0;
    const look = async (some: readonly Entry[]) => {
      const found = await missingOf(some, filter, listens);
      const missed = [...found].flatMap(([event, how]) => (how === 'missed' ? [event] : []));
      const texts = payloads ? await rows.payloads(missed, mostVolume) : undefined;
      return ({ event }: Entry): MissedEvent | undefined => {
        const how = found.get(event);
        if (how === 'stopped') stopped += 1;
        if (how !== 'missed') return undefined;
        const payload = texts ? (texts.get(event) ?? '{}') : '';
        volume += payload.length;
        return { seq: event, payload };
      };
    };
    const part = await goThrough(plan, after, limit, look, () => volume > mostVolume);
    if (part.ends) plans.forget(key);
    return { ...part, of: plan.length, until, stopped, prunedBefore: await prunedBefore(filter.from) };
  };

  /**
   * All that were touched since: what was taken then was touched when its first pass was over, or later. What else has
   * to be so is asked of each when its turn comes: this is read from the index alone, and keeps nobody waiting.
   */
  async function planned(since: number, until: number): Promise<Entry[]> {
    const found: Entry[] = [];
    let after = since - 1;
    for (;;) {
      const { seqs, last } = await rows.touchedAfter(after, foundAtOnce);
      for (const event of seqs) if (event <= until) found.push({ event });
      if (seqs.length < foundAtOnce) return found;
      after = last;
      await yieldToOthers();
    }
  }

  /** Of those that the handler has no execution of, how that is. */
  async function missingOf(
    some: readonly Entry[],
    filter: MissedFilter,
    listens: Listens,
  ): Promise<ReadonlyMap<number, 'missed' | 'stopped'>> {
    const states = (await rows.states(some.map(({ event }) => event))).filter(
      ({ stage, type }) => isDeliverable(stage) && listens(type),
    );
    const chains = await rows.chains(states.map(({ seq }) => seq));
    const found = new Map<number, 'missed' | 'stopped'>();
    for (const state of states) {
      const how = missing(state, chains.get(state.seq) ?? { chain: [], began: null }, filter);
      if (how) found.set(state.seq, how);
    }
    return found;
  }

  /** Retention deletes what is settled, the one first that was touched longest ago. */
  async function prunedBefore(from: number): Promise<number | null> {
    const { settled, event } = await rows.oldest();
    if (settled === null || event === 1) return null;
    const at = Math.floor(settled / 1000);
    return at > from ? at : null;
  }
}

function missing({ accepted, touched }: EventState, { chain, began }: ReadChain, filter: MissedFilter) {
  // It was taken when the turn of its first handler came; without one, it was settled with that, and touched then.
  const untouched = chain.length > 0 ? accepted : Math.floor(Number(touched) / 1000);
  const taken = began ?? untouched;
  if (taken < filter.from || (filter.to !== undefined && taken >= filter.to)) return undefined;
  const found = missedBy(filter.handler, chain);
  return found === 'has' ? undefined : found;
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
