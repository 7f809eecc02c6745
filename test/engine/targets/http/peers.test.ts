import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AddressGuard } from '../../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../../src/engine/targets/http/http.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import { callOf } from '../../../support/call.ts';

const peer = (file: string): string =>
  fileURLToPath(new URL(`../../../support/peers/${file}`, import.meta.url));
const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import http.server']).status === 0,
);

/** Stacks on which receivers are written; those of another language where it is on the machine. */
const stacks: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  'Node.js': [process.execPath, peer('receiver.js')],
  ...(python && {
    'Python, HTTP/1.0': [python, peer('receiver.py'), 'HTTP/1.0'],
    'Python, HTTP/1.1': [python, peer('receiver.py'), 'HTTP/1.1'],
  }),
};

/** By path: the status, the response, and the error. */
const outcomes: Readonly<Record<string, readonly [number | null, RegExp, RegExp | null]>> = {
  plain: [200, /^ok$/, null],
  host: [200, /^sip\.example:5060$/, null],
  'no-length': [200, /^ok$/, null],
  interim: [200, /^ok$/, null],
  cyrillic: [200, /^Привет$/, null],
  packed: [200, /^ok$/, null],
  short: [
    200,
    /^the beginning$/,
    /HTTP 200, but closed the connection before all of it \(13 of 1000 bytes had come\)/,
  ],
  bare: [200, /^ok$/, null],
  forgotten: [null, /^ok\n$/, /answered with something that is not HTTP\/1\.1: it begins with "ok"/],
  refused: [404, /Nobody/, /^HTTP 404 Not Found$/],
};

for (const [stack, [command, ...args]] of Object.entries(stacks))
  describe(`a receiver on ${stack}`, () => {
    let receiver: ChildProcess;
    let url: string;
    const connections = new Connections(new AddressGuard());
    before(async () => {
      receiver = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      assert.ok(receiver.stdout);
      const [port] = await once(receiver.stdout, 'data');
      url = `http://127.0.0.1:${Number(String(port))}`;
    });
    after(async () => {
      receiver.kill();
      await once(receiver, 'close');
    });

    for (const [path, [code, response, error]] of Object.entries(outcomes))
      it(`is understood in what it answers: ${path}`, async () => {
        const handler = handlerSchema.parse({
          id: 'h',
          handlerType: 'http',
          url: `${url}/${path}`,
          headers: [{ name: 'Host', value: 'sip.example:5060' }],
        });
        const target = httpTarget(handler as HttpHandler, { connections });
        for (let round = 0; round < 3; round++) {
          const outcome = await target.call(callOf());
          if (error === null) assert.equal(outcome.error, null);
          else assert.match(outcome.error ?? 'none', error);
          assert.equal(outcome.code, code);
          assert.match(outcome.response ?? '', response);
        }
        await target.close();
      });
  });
