import { join } from 'node:path';
import { z } from 'zod';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

const bodySchema = z.strictObject({
  /** Of the folder below `<dir>/backups`. */
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
      'must have 1 to 100 letters, digits, full stops, - or _, and not begin with a full stop',
    )
    .optional(),
});

export function backupRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.post('/registries/:registry/backup', async (request) => {
    const engine = request.engine();
    const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const { name = `${engine.id}-${at}` } = await request.body(bodySchema);
    const folder = join(provisioning.dir(), 'backups', name);
    await engine.backUp(folder);
    return { name, folder };
  });
}
