import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import type { NodeAPI } from 'node-red';

/** What settings.js says of where Node-RED listens; Node-RED itself has filled in the rest. */
interface Listening {
  readonly https?: unknown;
  readonly httpNodeRoot?: string | false;
  readonly uiHost?: string;
  readonly uiPort?: number | string;
}

/** Whether `http in` nodes are switched off in settings.js. */
export function hasNoPaths(RED: NodeAPI): boolean {
  return (RED.settings as unknown as Listening).httpNodeRoot === false;
}

/** Where the `http in` nodes of this Node-RED are called from here: `http://127.0.0.1:1880/root`, without a slash at the end. */
export function ownAddress(RED: NodeAPI): string {
  const { https, httpNodeRoot, uiHost, uiPort } = RED.settings as unknown as Listening;
  const listening = (RED.server as Server | undefined)?.address();
  const port = typeof listening === 'object' && listening ? listening.port : uiPort || 1880;
  // Who listens on all addresses, or does not say on which, is here too.
  const host = !uiHost || /^(?:0\.0\.0\.0|::)$/.test(uiHost) ? '127.0.0.1' : uiHost;
  const root = (httpNodeRoot || '').replace(/^\/*|\/+$/g, '');
  return `${https ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}${root && `/${root}`}`;
}
