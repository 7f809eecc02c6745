import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/** Prometheus text. */
export function metricsRoute(routes: Routes, provisioning: Provisioning): void {
  routes.text('/metrics', async (_request, res) => {
    const { metrics } = provisioning;
    const refused = provisioning.refusedRegistries().map(({ id }) => id);
    const text = await metrics.text(provisioning.engines(), refused);
    res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    res.end(text);
  });
}
