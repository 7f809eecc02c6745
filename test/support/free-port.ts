import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give to connections that leave: none of them takes one before it is used. */
const first = 20_000;
const last = 32_000;

/** The first of so many ports in a row that nobody listens on. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    const wanted = Array.from({ length: count }, (_, n) => port + n);
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return port;
  }
}

export function freePort(): Promise<number> {
  return freePorts(1);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
