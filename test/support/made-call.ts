import type { Call } from '../../src/engine/targets/target.ts';
import type { Envelope } from '../../src/engine/words/event.ts';
import { type Handler, handlerSchema } from '../../src/engine/words/handler.ts';
import { type Outcome, success } from '../../src/engine/words/outcome.ts';

/** What a handler's target was asked, in the order it happened. */
export interface MadeCall extends Call {
  readonly handler: string;
  readonly at: number;
  readonly answer: (outcome: Partial<Outcome>) => void;
  /** Whether flows ran when it began. */
  readonly flowsRan: boolean;
  /** Places in the order of all beginnings and ends. */
  readonly begun: number;
  ended: number | undefined;
  /** What it was answered, if that reached the engine. */
  outcome: Outcome | undefined;
}

export type Behaviour = (call: MadeCall) => Partial<Outcome> | undefined;

export const fine = success({ code: 200, response: 'ok' });
export const outage: Partial<Outcome> = { ok: false, code: 503, error: 'HTTP 503', outage: true };
export const refusal: Partial<Outcome> = { ok: false, code: 400, error: 'HTTP 400', outage: false };

export function anEnvelope(
  objectId: number | string,
  eventType = 'clients.update',
  data: Record<string, unknown> = {},
): Envelope {
  return { event: { dt: '2026-01-31T12:00:00+00:00', events_id: eventType, object_id: objectId }, data };
}

/** A handler by its id; local, so that no URL is needed. */
export function aHandler(id: string, changes: Record<string, unknown> = {}): Handler {
  return handlerSchema.parse({
    id,
    name: id,
    handlerType: 'local',
    command: 'x',
    events: ['*'],
    retryDelays: [],
    ...changes,
  });
}
