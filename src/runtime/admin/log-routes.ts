import { z } from 'zod';
import { parseEventQuery, parseExecutionQuery, parseStatisticsQuery } from '../../engine/store/log.ts';
import { numeric } from '../../engine/words/bounds.ts';
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
    return log.executions(filter, page);
  });
  routes.get('/registries/:registry/changes', (request) => {
    const { boot, after } = request.asked(changesSchema);
    return provisioning.feed.changes(request.engine().id, boot, after);
  });
  routes.get('/registries/:registry/executions/:execution', async (request) =>
    (await logOf(request)).execution(request.param('execution')),
  );
  routes.get('/registries/:registry/events', async (request) => {
    const log = await logOf(request);
    const { filter, page } = parseEventQuery(request.query);
    return log.events(filter, page);
  });
  routes.get('/registries/:registry/events/:event', async (request) =>
    (await logOf(request)).event(request.param('event')),
  );
  routes.get('/registries/:registry/stats', async (request) => {
    const log = await logOf(request);
    return { items: await log.statistics(parseStatisticsQuery(request.query, Date.now())) };
  });
  routes.text('/metrics', async (_request, res) => {
    const { metrics } = provisioning;
    const refused = provisioning.refusedRegistries().map(({ id }) => id);
    const text = await metrics.text(provisioning.engines(), refused);
    res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    res.end(text);
  });
}
