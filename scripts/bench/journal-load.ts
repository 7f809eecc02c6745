import type { NewEvent } from '../../src/engine/store/journal/accept.ts';
import type { AttemptRecord } from '../../src/engine/store/journal/chain.ts';
import type { TurnEnd } from '../../src/engine/store/journal/turn.ts';
import type { Journal } from '../../src/engine/store/journal.ts';
import { envelopeOf } from './envelope.ts';

const eventType = 'bench.retained';
const handler = { id: 'handler', number: 1, name: 'Handler', type: 'http', priority: 10 } as const;
const link = { handler, stop: false, target: 'POST http://127.0.0.1' };
const pass = { stopped: [], start: null, plain: true, untold: false } as const;

/** What a journal took while it was loaded. */
export interface Load {
  readonly events: number;
  readonly ms: number;
  /** What each operation waited for its commit, in ms. */
  readonly waits: readonly number[];
}

export interface LoadOptions {
  /** Default: 64. */
  readonly inFlight?: number;
  /** Each event is of another object, from this one on. Default: 0. */
  readonly firstObject?: number;
  /** Ms since the epoch. */
  readonly now?: () => number;
  /** Of so many events one is parked by a failure, and runs again at once; default: none. */
  readonly oneFailsOf?: number;
  /** Each event has a key. */
  readonly keyed?: boolean;
}

/** Events that are accepted, taken and settled by one handler, so many in flight, as fast as the journal lets them. */
export async function load(journal: Journal, ms: number, options: LoadOptions = {}): Promise<Load> {
  const { inFlight = 64, firstObject = 0, now = Date.now, keyed = false } = options;
  const { oneFailsOf = Number.POSITIVE_INFINITY } = options;
  const began = performance.now();
  const waits: number[] = [];
  let events = 0;
  const timed = async <T>(operation: Promise<T>): Promise<T> => {
    const asked = performance.now();
    const result = await operation;
    waits.push(performance.now() - asked);
    return result;
  };

  async function deliver(objectId: string, fails: boolean): Promise<void> {
    const at = now();
    const event: NewEvent = {
      eventType,
      objectId,
      objectKey: `bench:${objectId}`,
      ordered: true,
      payload: JSON.stringify(envelopeOf(eventType, Number(objectId))),
      node: 'event',
      acceptedAt: at,
    };
    const key = keyed ? { key: `${at} ${objectId}`, hash: objectId } : undefined;
    const accepted = await timed(journal.accept([event], 1, key));
    const seq = accepted.outcome === 'accepted' ? accepted.events[0]?.seq : undefined;
    if (seq === undefined) throw new Error('the event was not accepted');
    const taken = await timed(
      journal.take({ event: seq, executor: null, links: [link], missed: [], start: true, at, emit: false }),
    );
    if (taken.outcome !== 'taken') throw new Error('the event was not taken');
    const execution = taken.chain[0] ?? 0;
    if (!fails) return end({ event: seq, pass }, settled(execution, at));
    await end({ event: seq, pass: { ...pass, plain: false } }, parked(execution, at));
    const { started } = await timed(journal.startParked(handler.id, 1, at));
    for (const one of started) await end({ event: one.event.seq }, settled(one.execution, at, 1));
  }

  async function end(turn: Pick<TurnEnd, 'event' | 'pass'>, change: TurnEnd['change']): Promise<void> {
    await timed(journal.endTurn({ ...turn, change, at: now(), emit: false }));
  }

  const one = async (object: number) => {
    while (performance.now() - began < ms) {
      events += 1;
      await deliver(String(firstObject + object + inFlight * events), events % oneFailsOf === 0);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, object) => one(object)));
  return { events, ms: performance.now() - began, waits };
}

function settled(seq: number, at: number, attemptsBefore = 0): TurnEnd['change'] {
  const attempt = attemptAt(at, { code: 200, response: '{"ok":true}', error: null });
  return { seq, handler: handler.id, status: 'succeeded', attemptsBefore, attempt };
}

function parked(seq: number, at: number): TurnEnd['change'] {
  const attempt = attemptAt(at, { code: 503, response: 'busy', error: 'HTTP 503 Service Unavailable' });
  return { seq, handler: handler.id, status: 'parked', attemptsBefore: 0, attempt, nextAttemptAt: at };
}

function attemptAt(at: number, answer: Pick<AttemptRecord, 'code' | 'response' | 'error'>): AttemptRecord {
  const headers = '{"content-type":"application/json"}';
  return {
    startedAt: at,
    durationMs: 1,
    ...answer,
    requestHeaders: headers,
    responseHeaders: headers,
    target: link.target,
  };
}
