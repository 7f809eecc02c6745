import { parseEnvelope } from '../../engine/words/event.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/** Events that people fire: straight at their chain, or with an event node's button. */
export function fireRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.post('/registries/:registry/events', async (request) => {
    const engine = request.engine();
    return { id: await engine.fire(parseEnvelope(await request.json())) };
  });
  routes.post('/nodes/:node/fire', async (request) => {
    const { ids } = await provisioning.fire(request.param('node'));
    return { id: ids[0] };
  });
}
