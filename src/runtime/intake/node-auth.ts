import type { NodeAPI } from 'node-red';

/** Whether Node-RED itself asks everybody below `httpNode` who they are. */
export function hasNodeAuth(red: NodeAPI): boolean {
  return Boolean((red.settings as { httpNodeAuth?: unknown }).httpNodeAuth);
}
