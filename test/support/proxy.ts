import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface HttpProxy {
  readonly url: string;
  /** What it was asked for: `POST http://…` or `CONNECT host:port`. */
  readonly seen: readonly string[];
  /** The last `proxy-authorization`. */
  authorization(): string | undefined;
  /** Answers 407 from now on. */
  refuse(): void;
  close(): Promise<void>;
}

/** An HTTP proxy that forwards http and tunnels https. */
export async function startProxy(): Promise<HttpProxy> {
  const seen: string[] = [];
  const tunnels = new Set<Socket>();
  let authorization: string | undefined;
  let refusing = false;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    authorization = request.headers['proxy-authorization'];
    if (refusing) {
      response.writeHead(407).end();
      return;
    }
    const { method, headers } = request;
    const onward = httpRequest(request.url ?? '', { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request, client: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    authorization = request.headers['proxy-authorization'];
    client.on('error', () => undefined);
    if (refusing) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    onward.on('error', () => client.destroy());
    for (const socket of [client, onward]) tunnels.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    authorization: () => authorization,
    refuse: () => {
      refusing = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of tunnels) socket.destroy();
      }),
  };
}
