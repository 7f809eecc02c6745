import { z } from 'zod';
import { parseHistogramQuery } from '../../engine/store/log/ranges.ts';
import { numeric } from '../../engine/words/bounds.ts';
import { explainedBy } from '../operations/log.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/** What the live feed's frames say of themselves. */
const changesSchema = z.strictObject({
  boot: z.string({ error: 'must be one boot id' }).default(''),
  after: numeric(z.number({ error: 'must be the seq of a frame' })).default(0),
});

/** What happens: changes of executions for the live feed, and numbers as Prometheus text. */
export function logRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/registries/:registry/changes', (request) => {
    const { boot, after } = request.asked(changesSchema);
    const engine = request.engine();
    const changes = provisioning.feed.changes(engine.id, boot, after);
    return { ...changes, items: changes.items.map(explainedBy({ engine, provisioning })) };
  });
  routes.get('/registries/:registry/histogram', async (request) => {
    const log = await request.engine().log();
    return log.histogram(parseHistogramQuery(request.query, Date.now()));
  });
  routes.text('/metrics', async (_request, res) => {
    const { metrics } = provisioning;
    const refused = provisioning.refusedRegistries().map(({ id }) => id);
    const text = await metrics.text(provisioning.engines(), refused);
    res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    res.end(text);
  });
}
