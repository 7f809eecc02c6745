import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { DemoInstance } from './demo-instance.ts';

/** Passes each request to the next instance that is up; who sends what is not answered sends it again. */
export class Balancer {
  readonly #instances: readonly DemoInstance[];
  #next = 0;

  constructor(instances: readonly DemoInstance[]) {
    this.#instances = instances;
  }

  pass(from: IncomingMessage, to: ServerResponse): void {
    const up = this.#instances.filter(({ isUp }) => isUp);
    const chosen = up[this.#next++ % Math.max(1, up.length)];
    if (!chosen) return void to.writeHead(503, { 'retry-after': '1' }).end('no instance is up\n');
    const { method, url, headers } = from;
    const onward = ask({ host: '127.0.0.1', port: chosen.port, method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'x-instance': String(chosen.number) });
      answer.pipe(to);
    });
    onward.on('error', () => {
      if (to.headersSent) to.destroy();
      else to.writeHead(502).end(`instance ${chosen.number} did not answer\n`);
    });
    from.pipe(onward);
  }
}
