import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { Deadline } from '../deadline.ts';
import { proxyAuthorization } from './route.ts';

/** The proxy does not connect to whom it was asked for; nothing was sent. The message goes on after `the proxy `. */
export class ProxyRefused extends Error {}

interface SocketOptions {
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
  /** In ms. */
  readonly timeout: number;
}

/** Connects through a proxy (CONNECT, RFC 9110 §9.3.6), and over TLS to whom it leads. */
export function tunnelThrough(
  proxy: URL,
  { timeout, ...transport }: SocketOptions,
  secure: buildConnector.connector,
): buildConnector.connector {
  return (options, callback) => {
    const { hostname, port } = options;
    const authority = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port || 443}`;
    const asked: ClientRequest = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      ...transport,
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: proxy.port,
      path: authority,
      agent: false,
      headers: { host: authority, ...proxyAuthorization(proxy) },
    });
    const deadline = new Deadline(timeout, () => asked.destroy(new ProxyRefused('did not answer in time')));
    asked.once('close', () => deadline.end());
    asked.once('error', (error) => callback(error, null));
    asked.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      deadline.end();
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return callback(new ProxyRefused(refusalOf(statusCode)), null);
      }
      if (head.length > 0) socket.unshift(head);
      secure({ ...options, httpSocket: socket }, callback);
    });
    asked.end();
  };
}

function refusalOf(status: number): string {
  return status === 407 ? 'wants a user and a password (407)' : `answered ${status} instead of connecting`;
}
