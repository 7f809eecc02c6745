import type { Delivery } from '../delivery/delivery.ts';
import { snapshotOf } from '../delivery/registry.ts';
import type { Alarms } from './alarms.ts';

/** Tells of each circuit that is not closed. @param handlers whose; none: all */
export function lookAtCircuits(
  alarms: Alarms,
  { registry, circuits, time }: Pick<Delivery, 'registry' | 'circuits' | 'time'>,
  handlers: readonly string[],
): void {
  const open = registry
    .list()
    .filter(({ config: { id } }) => handlers.length === 0 || handlers.includes(id))
    .map((handler) => ({ key: `circuit ${handler.config.id}`, handler, ...circuits.of(handler.config.id) }))
    .filter(({ state }) => state !== 'closed');
  const keys = open.map(({ key }) => key);
  for (const [key, { alarm }] of [...alarms.held])
    if (alarm === 'circuit' && !keys.includes(key)) alarms.end(key, open.length);
  for (const { key, handler, since, error } of open) {
    const whose = { handler: snapshotOf(handler), since: since ?? time.now(), error };
    alarms.begin(key, { alarm: 'circuit', count: open.length, ...whose });
  }
}
