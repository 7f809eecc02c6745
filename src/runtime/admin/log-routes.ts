import { parseEventQuery, parseExecutionQuery, parseStatisticsQuery } from '../../engine/journal/log.ts';
import type { Provisioning } from '../provisioning.ts';
import { engineOf } from './registry-routes.ts';
import type { AdminRequest, Routes } from './routes.ts';

/** What happened: executions, events and their numbers. */
export function logRoutes(routes: Routes, provisioning: Provisioning): void {
  const logOf = (request: AdminRequest) => engineOf(provisioning, request).log();

  routes.get('/registries/:registry/executions', async (request) => {
    const log = await logOf(request);
    const { filter, page } = parseExecutionQuery(request.query);
    return log.executions(filter, page);
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
}
