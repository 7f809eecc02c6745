import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of a request, as they go over the wire: a client library would mend or refuse what is flawed. */
export interface Wired {
  readonly pieces: readonly (string | Uint8Array)[];
  /** Ends its side once all is sent, in the midst of a request. */
  readonly hangsUp?: boolean;
}

export interface Answers {
  /** Of each answer that came, without interim ones. */
  readonly statuses: readonly number[];
  /** All that came, as Latin-1. */
  readonly text: string;
}

export interface PlainRequest {
  readonly method?: string;
  readonly path: string;
  /** Lines such as `x-name: value`; a Content-Length is set unless one of them does. */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

/** A request that asks for the connection to be closed after it. */
export function written({ method = 'POST', path, headers = [], body = '' }: PlainRequest): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1:1880',
    'connection: close',
    ...headers,
    ...(headers.some((line) => /^content-length:/i.test(line)) ? [] : [`content-length: ${bytes.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/**
 * Sends bytes, and waits until the other side has closed the connection.
 * @throws when nobody listens, or the other side neither answers nor closes within 10 s
 */
export async function exchange(port: number, { pieces, hangsUp = false }: Wired): Promise<Answers> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const came: Buffer[] = [];
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  socket.on('data', (bytes) => came.push(bytes));
  socket.on('end', () => socket.end());
  socket.on('close', () => resolve());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // Who is refused in the midst of a body may find the connection reset.
    if (error.code === 'ECONNREFUSED') reject(error);
  });
  socket.setTimeout(10_000, () => {
    reject(new Error('neither answered nor closed within 10 s'));
    socket.destroy();
  });
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    if (pieces.length > 1) await sleep(2);
  }
  if (hangsUp) socket.end();
  await closed;
  const text = Buffer.concat(came).toString('latin1');
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  return { statuses: statuses.filter((status) => status >= 200), text };
}

/** Stands for a connection that is closed without an answer. */
export const cut = 0;

/** Which of the answers were not among those expected; null when all were. */
export function unexpected({ statuses, text }: Answers, expect: readonly number[]): string | null {
  const got = statuses.length > 0 ? statuses : [cut];
  if (got.every((status) => expect.includes(status))) return null;
  return `answered ${got.join(', ')} instead of ${expect.join(' or ')}: ${text.slice(-200)}`;
}
