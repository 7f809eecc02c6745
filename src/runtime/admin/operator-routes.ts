import { join } from 'node:path';
import { z } from 'zod';
import { parseEnvelope } from '../../engine/words/event.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

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

/** What operators do that no query node does: events of their own, and copies of it all. */
export function operatorRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.post('/registries/:registry/events', 'fire', async (request) => {
    const engine = request.engine();
    return { id: await engine.fire(parseEnvelope(await request.json()), request.hops()) };
  });
  routes.post('/nodes/:node/fire', 'fire', async (request) => {
    const { ids } = await provisioning.fire(request.param('node'), request.hops());
    return { id: ids[0] };
  });
  routes.post('/registries/:registry/backup', 'backup', async (request) => {
    const engine = request.engine();
    const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const { name = `${engine.id}-${at}` } = await request.body(backupSchema);
    const folder = join(provisioning.dir(), 'backups', name);
    await (await engine.operator()).backUp(folder);
    return { name, folder };
  });
}
