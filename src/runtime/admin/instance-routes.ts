import { isoOf } from '../../engine/delivery/execution-row.ts';
import type { Engine } from '../../engine/engine.ts';
import type { InstanceRow } from '../../engine/words/admin-answers.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/** Who shares the registries of this Node-RED; none of a registry that is this one's alone. */
export function instanceRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/instances', async (): Promise<InstanceRow[]> => {
    const all = await Promise.all(provisioning.engines().map(instancesOf));
    return all.flat();
  });
}

async function instancesOf({ id: registry, instances }: Engine): Promise<InstanceRow[]> {
  if (!instances) return [];
  const inHand = await instances.inHand();
  const all = instances.list();
  const living = all.filter(({ dead }) => !dead).length;
  return all.map(({ id, name, version, startedAt, seenAt, dead }) => ({
    registry,
    id,
    name,
    version,
    startedAt: isoOf(startedAt) ?? '',
    seenAt: isoOf(seenAt) ?? '',
    state: dead ? 'gone' : 'live',
    own: id === instances.own,
    share: dead ? 0 : 1 / living,
    running: inHand.get(id) ?? 0,
  }));
}
