import type { Journal, NewEvent } from '../../src/engine/store/journal.ts';
import { envelopeOf } from './envelope.ts';

const eventType = 'bench.retained';
const handler = { id: 'handler', number: 1, name: 'Handler', type: 'http', priority: 10 } as const;
const link = { handler, stop: false, target: 'POST http://127.0.0.1' };

/** What a journal took while it was loaded. */
export interface Load {
  readonly events: number;
  readonly ms: number;
  /** What each operation waited for its commit, in ms. */
  readonly waits: readonly number[];
}

/**
 * Events that are accepted, taken and settled by one handler, so many in flight, as fast as the journal lets them.
 * @param firstObject each event is of another object, from this one on
 */
export async function load(journal: Journal, ms: number, inFlight = 64, firstObject = 0): Promise<Load> {
  const began = performance.now();
  const waits: number[] = [];
  let events = 0;
  const timed = async <T>(operation: Promise<T>): Promise<T> => {
    const asked = performance.now();
    const result = await operation;
    waits.push(performance.now() - asked);
    return result;
  };
  const one = async (object: number) => {
    while (performance.now() - began < ms) {
      await deliver(journal, String(firstObject + object + inFlight * events), timed);
      events += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, object) => one(object)));
  return { events, ms: performance.now() - began, waits };
}

async function deliver(
  journal: Journal,
  objectId: string,
  timed: <T>(operation: Promise<T>) => Promise<T>,
): Promise<void> {
  const at = Date.now();
  const event: NewEvent = {
    eventType,
    objectId,
    objectKey: `bench:${objectId}`,
    ordered: true,
    payload: JSON.stringify(envelopeOf(eventType, Number(objectId))),
    node: 'event',
    acceptedAt: at,
  };
  const accepted = await timed(journal.accept([event], 1));
  const seq = accepted.outcome === 'accepted' ? accepted.events[0]?.seq : undefined;
  if (seq === undefined) throw new Error('the event was not accepted');
  const taken = await timed(
    journal.take({ event: seq, executor: null, links: [link], missed: [], start: true, at, emit: false }),
  );
  if (taken.outcome !== 'taken') throw new Error('the event was not taken');
  const attempt = {
    startedAt: at,
    durationMs: Date.now() - at,
    code: 200,
    response: '{"ok":true}',
    error: null,
    requestHeaders: '{"content-type":"application/json"}',
    responseHeaders: '{"content-type":"application/json"}',
    target: link.target,
  };
  const change = {
    seq: taken.chain[0] ?? 0,
    handler: handler.id,
    status: 'succeeded',
    attemptsBefore: 0,
    attempt,
  } as const;
  const pass = { stopped: [], start: null, plain: true, untold: false };
  await timed(journal.endTurn({ event: seq, change, pass, at, emit: false }));
}
