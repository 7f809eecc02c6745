import type { RegistryRow } from '../../engine/words/admin-answers.ts';
import { noCounts, registryRow } from '../operations/registry.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/** All registries: in force, refused, and those that are no longer deployed. */
export function registryRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/registries', async (): Promise<RegistryRow[]> => {
    const deployed = await Promise.all(
      provisioning.engines().map((engine) => registryRow({ engine, provisioning })),
    );
    const refused = provisioning.refusedRegistries().map(({ id, name, problem }) => ({
      id,
      name,
      state: 'error' as const,
      ...noCounts,
      error: problem,
    }));
    const known = new Set([...deployed, ...refused].map(({ id }) => id));
    const orphans = (await provisioning.storedRegistries())
      .filter((id) => !known.has(id))
      .map((id) => ({ id, name: '', state: 'orphaned' as const, ...noCounts }));
    return [...deployed, ...refused, ...orphans];
  });
}
