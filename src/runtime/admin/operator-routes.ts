import { join } from 'node:path';
import { z } from 'zod';
import { parseExecutionFilter } from '../../engine/store/log.ts';
import { numeric } from '../../engine/words/bounds.ts';
import { NotFound } from '../../engine/words/errors.ts';
import { parseEnvelope } from '../../engine/words/event.ts';
import type { Provisioning } from '../provisioning.ts';
import type { AdminRequest, Routes } from './routes.ts';

const closeSchema = z.strictObject({
  state: z.literal('closed', { error: 'must be "closed": circuits are opened by failures only' }),
});

/** Null, a list or a text must not come to mean that there is no condition. */
export const filterSchema = z.record(z.string(), z.unknown(), { error: 'must be an object ({} for all)' });

const replaySchema = z
  .strictObject({
    filter: filterSchema.optional(),
    upTo: z
      .string({ error: 'must be the upTo of a dry run' })
      .max(64, 'must have 64 characters at most')
      .optional(),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false),
    ratePerSecond: numeric(
      z
        .number({ error: 'must be a number' })
        .refine((rate) => rate === 0 || (rate >= 0.001 && rate <= 1_000_000), {
          error: 'must be 0 (no bound), or from 0.001 to 1000000',
        }),
    ).default(0),
  })
  // A request that says nothing must not call every handler again.
  .refine(({ filter, dryRun }) => dryRun || filter !== undefined, {
    path: ['filter'],
    error: 'is missing: say what to replay ({} for all), or make it a dry run',
  });

const cancelSchema = z
  .strictObject({
    filter: filterSchema.optional(),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false),
    upTo: z.string({ error: 'must be the upTo of a dry run' }).max(64).optional(),
    cursor: z.string({ error: 'must be the nextCursor of the part before' }).max(64).optional(),
  })
  .refine(({ filter, dryRun }) => dryRun || filter !== undefined, {
    path: ['filter'],
    error: 'is missing: say what to cancel ({} for all that waits), or make it a dry run',
  });

const backupSchema = z.strictObject({
  /** Of the folder below `<dir>/backups`. */
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
      'must have 1 to 100 letters, digits, full stops, - or _, and not begin with a full stop',
    )
    .optional(),
});

/** What operators do: events of their own, circuits, replays, the end of what waits, and copies of it all. */
export function operatorRoutes(routes: Routes, provisioning: Provisioning): void {
  const operatorOf = (request: AdminRequest) => request.engine().operator();

  routes.post('/registries/:registry/events', async (request) => {
    const engine = request.engine();
    return { id: await engine.fire(parseEnvelope(await request.json()), request.hops()) };
  });
  routes.post('/nodes/:node/fire', async (request) => {
    const { ids } = await provisioning.fire(request.param('node'), request.hops());
    return { id: ids[0] };
  });
  routes.post('/registries/:registry/handlers/:handler/circuit', async (request) => {
    const { state } = await request.body(closeSchema);
    await (await operatorOf(request)).closeCircuit(request.param('handler'));
    return { state };
  });
  routes.post('/registries/:registry/executions/:execution/replay', async (request) => {
    return { id: await (await operatorOf(request)).replayExecution(request.param('execution')) };
  });
  routes.post('/registries/:registry/executions/:execution/cancel', async (request) => {
    const id = request.param('execution');
    await (await operatorOf(request)).cancel(id, request.user);
    return { id };
  });
  routes.post('/registries/:registry/events/:event/replay', async (request) => {
    const id = request.param('event');
    return { id, executions: await (await operatorOf(request)).replayEvent(id) };
  });
  routes.post('/registries/:registry/replay', async (request) => {
    const { filter, ...options } = await request.body(replaySchema);
    const by = request.user;
    const parsed = parseExecutionFilter(filter ?? {});
    return (await operatorOf(request)).replayAll(parsed, { ...options, by });
  });
  routes.post('/registries/:registry/cancel', async (request) => {
    const { filter = {}, dryRun, upTo, cursor } = await request.body(cancelSchema);
    const parsed = parseExecutionFilter(filter);
    const operator = await operatorOf(request);
    if (!dryRun) return operator.cancelParked(parsed, { upTo, cursor, by: request.user });
    return { ...(await operator.countParked(parsed, upTo)), cancelled: 0 };
  });
  routes.get('/registries/:registry/replays', async (request) => {
    const log = await request.engine().log();
    return { items: await log.replays() };
  });
  routes.post('/registries/:registry/replays/:replay/cancel', async (request) => {
    const id = Number(request.param('replay'));
    if (!Number.isSafeInteger(id)) throw new NotFound(`there is no replay ${request.param('replay')}`);
    await (await operatorOf(request)).cancelReplay(id);
    return { id };
  });
  routes.post('/registries/:registry/backup', async (request) => {
    const engine = request.engine();
    const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const { name = `${engine.id}-${at}` } = await request.body(backupSchema);
    const folder = join(provisioning.dir(), 'backups', name);
    await (await engine.operator()).backUp(folder);
    return { name, folder };
  });
}
