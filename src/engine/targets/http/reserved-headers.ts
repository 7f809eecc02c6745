import { hopsHeader } from '../../words/hops.ts';

const byTheHandler = 'is set by the handler itself, on every call: remove it';
const byHttp = 'belongs to the connection, and is set by HTTP itself: remove it';

const reasons: Readonly<Record<string, string>> = {
  'webhook-id': byTheHandler,
  'webhook-timestamp': byTheHandler,
  'webhook-signature': byTheHandler,
  'provisioning-attempt': byTheHandler,
  [hopsHeader]: byTheHandler,
  connection: byHttp,
  'content-length': byHttp,
  expect: byHttp,
  'keep-alive': byHttp,
  'proxy-connection': byHttp,
  te: byHttp,
  trailer: byHttp,
  'transfer-encoding': byHttp,
  upgrade: byHttp,
  'proxy-authorization': 'is sent with the user and password of the proxy node: enter them there',
};

/** Headers, in lower case, that a handler's own may not be named like. */
export const reservedHeaders = Object.keys(reasons);

/** Why a handler may not have a header of this name of its own; null if it may. */
export function reservedHeader(name: string): string | null {
  const key = name.toLowerCase();
  return Object.hasOwn(reasons, key) ? (reasons[key] ?? null) : null;
}

/** Whether a text can stand in a Host header (RFC 9110 §7.2). */
export function isHost(value: string): boolean {
  return /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(value.trim());
}
