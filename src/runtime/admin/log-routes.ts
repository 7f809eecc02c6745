import { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import {
  parseEventQuery,
  parseExecutionQuery,
  parseFailuresQuery,
  parseStatisticsQuery,
} from '../../engine/store/log.ts';
import { numeric } from '../../engine/words/bounds.ts';
import type { ExecutionRow } from '../../engine/words/execution.ts';
import type { Provisioning } from '../provisioning.ts';
import type { AdminRequest, Routes } from './routes.ts';

/** What the live feed's frames say of themselves. */
const changesSchema = z.strictObject({
  boot: z.string({ error: 'must be one boot id' }).default(''),
  after: numeric(z.number({ error: 'must be the seq of a frame' })).default(0),
});

/** What happened: executions, events and their numbers, these as Prometheus text too. */
export function logRoutes(routes: Routes, provisioning: Provisioning): void {
  const logOf = (request: AdminRequest) => request.engine().log();

  routes.get('/registries/:registry/executions', async (request) => {
    const log = await logOf(request);
    const { filter, page } = parseExecutionQuery(request.query);
    const { items, nextCursor } = await log.executions(filter, page);
    return { items: items.map(explainedBy(request.engine())), nextCursor };
  });
  routes.get('/registries/:registry/changes', (request) => {
    const { boot, after } = request.asked(changesSchema);
    const engine = request.engine();
    const changes = provisioning.feed.changes(engine.id, boot, after);
    return { ...changes, items: changes.items.map(explainedBy(engine)) };
  });
  routes.get('/registries/:registry/executions/:execution', async (request) => {
    const details = await (await logOf(request)).execution(request.param('execution'));
    return explainedBy(request.engine())(details);
  });
  routes.get('/registries/:registry/events', async (request) => {
    const log = await logOf(request);
    const { filter, page } = parseEventQuery(request.query);
    return log.events(filter, page);
  });
  routes.get('/registries/:registry/events/:event', async (request) => {
    const event = await (await logOf(request)).event(request.param('event'));
    return { ...event, executions: event.executions.map(explainedBy(request.engine())) };
  });
  routes.get('/registries/:registry/stats', async (request) => {
    const log = await logOf(request);
    return { items: await log.statistics(parseStatisticsQuery(request.query, Date.now())) };
  });
  routes.get('/registries/:registry/failures', async (request) => {
    const log = await logOf(request);
    return log.failureGroups(parseFailuresQuery(request.query, Date.now()));
  });
  routes.text('/metrics', async (_request, res) => {
    const { metrics } = provisioning;
    const refused = provisioning.refusedRegistries().map(({ id }) => id);
    const text = await metrics.text(provisioning.engines(), refused);
    res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    res.end(text);
  });
}

/** A row that waits for its handler's circuit was perhaps never tried: why it waits is known of the circuit alone. */
function explainedBy(engine: Engine) {
  return <Row extends Pick<ExecutionRow, 'parkedFor' | 'handler'>>(row: Row): Row => {
    if (row.parkedFor !== 'circuit') return row;
    const { since, error } = engine.circuitOf(row.handler.id);
    return { ...row, circuit: { since, error, nextProbeAt: engine.nextProbeOf(row.handler.id) } };
  };
}
