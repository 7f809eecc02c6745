import { z } from 'zod';
import type { RegisteredHandler } from '../../engine/delivery/registry.ts';
import type { Engine } from '../../engine/engine.ts';
import { absentAsMissing } from '../../engine/words/absent.ts';
import type { ApiHandler, HandlerHealth } from '../../engine/words/admin-answers.ts';
import { Conflict, NotFound, Unavailable } from '../../engine/words/errors.ts';
import { eventTypeSchema } from '../../engine/words/event.ts';
import { listensTo } from '../../engine/words/event-type.ts';
import { handlerStatusSchema } from '../../engine/words/handler.ts';
import { handlerTypes } from '../../engine/words/handler-settings.ts';
import { parse } from '../../engine/words/parse.ts';
import { operation } from './operation.ts';
import { switchingColumns, switchingFields } from './switching-fields.ts';

const querySchema = z.strictObject({
  eventType: eventTypeSchema.optional(),
  type: z.enum(handlerTypes).optional(),
  status: handlerStatusSchema.optional(),
});

const switchSchema = z.strictObject({ status: handlerStatusSchema, ...switchingFields });

const columns = [
  ...['id', 'number', 'name', 'type', 'target', 'events', 'priority', 'condition', 'status'],
  ...['configuredStatus', ...switchingColumns, 'refused'],
  ...['circuit.state', 'circuit.since', 'circuit.error', 'circuit.nextProbeAt'],
  ...['parked', 'successRate', 'p95Ms', 'lastError', 'lastErrorAt', 'lastSuccessAt', 'nextAttemptAt'],
];

/** Those that are asked for, in priority order; archived ones only by that status. */
export const handlers = operation({
  columns,
  parse: (given) => parse('query', querySchema, absentAsMissing(given)),
  async run({ engine }, { eventType, type, status }) {
    const handlers = await engine.handlers();
    const healths = await healthsOf(engine, handlers);
    const isAskedFor = ({ config, status: now }: RegisteredHandler) =>
      (eventType === undefined || config.events.some((pattern) => listensTo(pattern, eventType))) &&
      (type === undefined || config.handlerType === type) &&
      (status === undefined ? now !== 'archived' : now === status);
    const items = handlers.filter(isAskedFor);
    return { items: items.map((handler) => rowOf(engine, handler, healths[handler.config.id])) };
  },
});

export const switchHandler = operation({
  on: 'handler',
  columns,
  parse: (given) => parse('body', switchSchema, given),
  async run({ engine, id, by }, { status, reason, until }) {
    if (status === 'archived')
      throw new Conflict('a handler is archived in its dialog only: choose the status there and deploy');
    await (await engine.operator()).switch(id, status, by, reason || null, until ?? null);
    const handlers = await engine.handlers();
    const handler = handlers.find(({ config }) => config.id === id);
    if (!handler) throw new NotFound(`there is no handler ${id} in the deployed flow`);
    return rowOf(engine, handler, (await healthsOf(engine, handlers))[id]);
  },
});

export const closeCircuit = operation({
  on: 'handler',
  columns: ['state'],
  async run({ engine, id, by }) {
    await (await engine.operator()).closeCircuit(id, by);
    return { state: 'closed' };
  },
});

/** Health is of the last hour, in ms, and is asked of the log once a second at most. */
const healthSpan = 3_600_000;
const healthPause = 1000;

function rowOf(
  engine: Engine,
  { config, refused, number, target, status, override }: RegisteredHandler,
  health?: HandlerHealth,
): ApiHandler {
  return {
    id: config.id,
    number,
    name: config.name,
    type: config.handlerType,
    target: target.description,
    events: config.events,
    priority: config.priority,
    condition: config.condition.trim() || null,
    status,
    configuredStatus: config.handlerStatus,
    override,
    ...(refused !== null && { refused }),
    circuit: { ...engine.circuitOf(config.id), nextProbeAt: engine.nextProbeOf(config.id) },
    ...(health ?? unknownHealth),
  };
}

const unknownHealth = {
  parked: null,
  successRate: null,
  p95Ms: null,
  lastError: null,
  lastErrorAt: null,
  lastSuccessAt: null,
  nextAttemptAt: null,
};

type Healths = Readonly<Record<string, HandlerHealth>>;

const known = new WeakMap<Engine, { readonly asked: number; readonly healths: Promise<Healths> }>();

/** Without an answer of the log, handlers are shown all the same. */
function healthsOf(engine: Engine, handlers: readonly RegisteredHandler[]): Promise<Healths> {
  const now = Date.now();
  const last = known.get(engine);
  if (last && Math.abs(now - last.asked) < healthPause) return last.healths;
  const ids = handlers.map(({ config }) => config.id);
  const healths = engine
    .log()
    .then((log) => log.health(ids, now - healthSpan))
    .catch((error): Healths => {
      if (error instanceof Unavailable) return {};
      throw error;
    });
  known.set(engine, { asked: now, healths });
  return healths;
}
