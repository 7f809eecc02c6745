import type { NodeAPI } from 'node-red';
import type { Alarm } from '../engine/words/alarm.ts';

/** Where to look in the tab, and for what. */
const views = {
  failures: 'executions?status=failed',
  circuit: 'handlers?',
  backlog: 'events?status=waiting',
  object: 'executions?status=parked',
} as const satisfies Record<Alarm['alarm'], string>;

/** The path of a view of the tab, below whatever host the editor has: that is not known here. */
export function tabLink(
  RED: NodeAPI,
  registry: string,
  { alarm, handler }: Pick<Alarm, 'alarm' | 'handler'>,
): string {
  const { httpAdminRoot } = RED.settings as { readonly httpAdminRoot?: string | false };
  const root = typeof httpAdminRoot === 'string' ? httpAdminRoot.replace(/\/+$/, '') : '';
  const whose = handler ? `&handler=${encodeURIComponent(handler.id)}` : '';
  return `${root}/#provisioning/${views[alarm]}&registry=${encodeURIComponent(registry)}${whose}`.replace(
    '?&',
    '?',
  );
}
