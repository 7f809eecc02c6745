import type { NodeAPI } from 'node-red';
import type { Alarm } from '../engine/words/alarm.ts';

/** Where to look in the tab, and for what; the tab reads links in `src/tab/data/links.ts`. */
const places = {
  failures: ['executions', { status: 'unresolved' }],
  circuit: ['handlers', {}],
  backlog: ['events', { status: 'waiting' }],
  object: ['executions', { status: 'parked' }],
} as const satisfies Record<
  Alarm['alarm'],
  readonly [view: string, search: Readonly<Record<string, string>>]
>;

/** The path of the tab's view that shows an alarm, below whatever host the editor has: that is not known here. */
export function tabLink(
  RED: Pick<NodeAPI, 'settings'>,
  registry: string,
  { alarm, handler, objectId }: Pick<Alarm, 'alarm' | 'handler' | 'objectId'>,
): string {
  const { httpAdminRoot } = RED.settings as { readonly httpAdminRoot?: string | false };
  const root = typeof httpAdminRoot === 'string' ? httpAdminRoot.replace(/\/+$/, '') : '';
  const [view, search] = places[alarm];
  const query = new URLSearchParams({
    ...search,
    registry,
    ...(handler && { handler: handler.id }),
    ...(objectId !== null && { objectId }),
  });
  return `${root}/#provisioning/${view}?${query}`;
}
