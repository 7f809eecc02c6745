import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request as the receiver saw it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** In ms since 1970. */
  readonly at: number;
  /** 1 for the first connection that was made to the server. */
  readonly connection: number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly received: ReceivedRequest;
  /** 0 for the first request of the server. */
  readonly index: number;
}

/** What a server does once it has a whole request. */
export type Behaviour = (exchange: Exchange) => void;

export interface MisbehavingServer {
  readonly url: string;
  readonly port: number;
  readonly received: readonly ReceivedRequest[];
  /** Connections made so far. */
  connections(): number;
  /** Changes what is done with the requests to come. */
  become(behaviour: Behaviour): void;
  /** Ends it, with every connection. */
  close(): Promise<void>;
}

/** A receiver that does what receivers do on bad days. With `tls`, its certificate is self-signed. */
export async function misbehavingServer(
  behaviour: Behaviour = answers(200),
  { tls = false, port = 0 } = {},
): Promise<MisbehavingServer> {
  const received: ReceivedRequest[] = [];
  const connections = new WeakMap<Socket, number>();
  let connectionCount = 0;
  let current = behaviour;
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const entry = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      at: Date.now(),
      connection: connections.get(request.socket) ?? 0,
    };
    received.push(entry);
    current({ request, response, received: entry, index: received.length - 1 });
  };
  const server = tls ? createTlsServer(selfSigned, onRequest) : createServer(onRequest);
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, ++connectionCount);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    connections: () => connectionCount,
    become: (next) => {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** For 127.0.0.1 and localhost; signed by itself. */
export const selfSigned = {
  cert: readFileSync(new URL('self-signed-cert.pem', import.meta.url), 'utf8'),
  key: readFileSync(new URL('self-signed-key.pem', import.meta.url), 'utf8'),
};

export function answers(
  status: number,
  body: string | Uint8Array = 'ok',
  headers: Record<string, string | string[]> = {},
): Behaviour {
  return ({ response }) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Answers once, after `ms`. */
export function answersAfter(ms: number, status = 200): Behaviour {
  return ({ response }) => {
    setTimeout(() => response.writeHead(status).end('late'), ms);
  };
}

/** One behaviour after the other; the last one stays. */
export function inTurn(...behaviours: readonly Behaviour[]): Behaviour {
  let turn = 0;
  return (exchange) => behaviours[Math.min(turn++, behaviours.length - 1)]?.(exchange);
}

/** One status after the other; the last one stays. */
export function statuses(...codes: readonly number[]): Behaviour {
  return inTurn(...codes.map((code) => answers(code)));
}

/** Sends back what it got: its headers as JSON, and the body. */
export function echoes(
  status = 200,
  headers: (received: ReceivedRequest) => Record<string, string> = () => ({}),
): Behaviour {
  return ({ response, received }) => {
    response.writeHead(status, headers(received));
    response.end(JSON.stringify({ headers: received.headers, body: received.body }));
  };
}

export function hangs(): Behaviour {
  return () => undefined;
}

/** Sends the head of a response and then nothing. */
export function stallsAfterHead(): Behaviour {
  return ({ response }) => {
    response.writeHead(200);
    response.flushHeaders();
  };
}

/** One byte at a time, without end. */
export function drips(everyMs = 1000): Behaviour {
  return ({ response }) => {
    response.writeHead(200);
    response.write('.');
    const dripping = setInterval(() => response.write('.'), everyMs);
    response.on('close', () => clearInterval(dripping));
  };
}

/** RST instead of an answer. */
export function resets(): Behaviour {
  return ({ request }) => {
    request.socket.resetAndDestroy();
  };
}

/** Closes the connection in the midst of the body that it has announced. */
export function breaksOff(): Behaviour {
  return ({ response }) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('the beginning', () => response.destroy());
  };
}

export function speaksGarbage(): Behaviour {
  return ({ request }) => {
    request.socket.end('220 mail.example ESMTP ready\r\n');
  };
}

/** How a connection ends on which bytes were sent. */
export type Ending = 'close' | 'reset' | 'open';

/** Sends bytes as they are, one piece after the other, each in a packet of its own as far as that can be had. */
export function says(pieces: readonly (string | Uint8Array)[], ending: Ending = 'close'): Behaviour {
  return async ({ request }) => {
    const { socket } = request;
    for (const piece of pieces) {
      socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (ending === 'close') socket.end();
    // What was sent must be out before the reset takes it back.
    if (ending === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
  };
}

export function redirects(location: string, status = 302): Behaviour {
  return answers(status, '', { location });
}

/** A body of `bytes`, as fast as it is taken. */
export function sends(bytes: number): Behaviour {
  return ({ response }) => {
    const block = Buffer.alloc(64 * 1024, 'x');
    let left = bytes;
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        const part = block.subarray(0, Math.min(block.length, left));
        left -= part.length;
        if (!response.write(part)) return;
      }
      if (left <= 0) response.end();
    };
    response.on('drain', write);
    write();
  };
}

/** Says that it keeps the connection, and closes it with the answer, or `ms` later. */
export function closesConnection(ms = 0): Behaviour {
  return ({ request, response }) => {
    const close = (): void => void request.socket.end();
    response.writeHead(200, { connection: 'keep-alive' });
    response.end('ok', ms === 0 ? close : () => setTimeout(close, ms));
  };
}

/** FIN instead of an answer. */
export function hangsUp(): Behaviour {
  return ({ request }) => {
    request.socket.end();
  };
}
