import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Deadline } from '../../../src/engine/targets/deadline.ts';
import { eventually } from '../../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../../support/misbehaving-server.ts';

const caller = fileURLToPath(new URL('../../support/calls-and-stands-still.ts', import.meta.url));
const timeoutSeconds = 0.4;

/** Lets nothing else run for so long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a deadline', () => {
  it('passes once, not before its time', async () => {
    const begun = performance.now();
    let passed = 0;
    await new Promise<void>((resolve) => {
      const deadline = new Deadline(50, () => {
        passed++;
        deadline.end();
        resolve();
      });
    });
    assert.ok(performance.now() - begun >= 49);
    await sleep(100);
    assert.equal(passed, 1);
  });

  it('does not pass once it is ended, as late as while it looks what has arrived', async () => {
    const passed: string[] = [];
    new Deadline(10, () => passed.push('ended at once')).end();
    const heard = new Deadline(10, () => passed.push('ended while it looks'));
    setTimeout(() => heard.end(), 10);
    // Both are due in the same turn, the deadline first.
    block(30);
    await new Promise<void>((resolve) => new Deadline(60, resolve));
    assert.deepEqual(passed, []);
  });

  it('hears what arrived before it was due, though the loop had no time to read it', async () => {
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = await new Promise((resolve) => {
      const deadline = new Deadline(20, () => resolve('passed'));
      socket.once('data', (data) => {
        deadline.end();
        resolve(String(data));
      });
      block(60);
    });
    assert.equal(outcome, 'answer');
    socket.destroy();
    server.close();
  });

  it('passes in the end, though the process stands still again and again', async () => {
    const begun = performance.now();
    const blocking = setInterval(block, 1, 400);
    await new Promise<void>((resolve) => new Deadline(100, resolve));
    clearInterval(blocking);
    const took = performance.now() - begun;
    assert.ok(took > 800 && took < 8000, `${took} ms`);
  });
});

describe('a process that stood still', () => {
  let server: MisbehavingServer;
  let child: ChildProcess | undefined;
  /** Answers that wait until the caller has been stopped. */
  let held: (() => void)[];
  beforeEach(async () => {
    held = [];
    server = await misbehavingServer();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await server.close();
  });

  const isStopped = (): boolean =>
    execFileSync('ps', ['-o', 'state=', '-p', `${child?.pid}`], { encoding: 'utf8' }).startsWith('T');
  const begin = (how: string, calls: number, stopsItself = false): Promise<(string | null)[]> => {
    child = fork(caller, [server.url, how, `${timeoutSeconds}`, `${calls}`, stopsItself ? 'yes' : 'no']);
    return once(child, 'message').then(([errors]) => errors as (string | null)[]);
  };
  /** The caller stands still for more than twice its timeout; what waits to be answered is answered meanwhile. */
  const standStill = async (): Promise<void> => {
    child?.kill('SIGSTOP');
    await eventually('the caller is stopped', isStopped);
    for (const answer of held) answer();
    await sleep(timeoutSeconds * 2500);
    child?.kill('SIGCONT');
  };

  for (const how of ['http', 'flow'])
    it(`counts no failure of a call that was answered meanwhile: ${how}`, async () => {
      server.become(({ response }) => held.push(() => response.end('ok')));
      const errors = begin(how, 20);
      await eventually('all calls arrive', () => held.length === 20);
      await standStill();
      assert.deepEqual(new Set(await errors), new Set([null]));
    });

  it('counts no failure of a call whose answer had begun', async () => {
    server.become(({ response }) => {
      response.writeHead(200, { 'content-length': 300_000 });
      response.write('x');
      held.push(() => response.end('x'.repeat(299_999)));
    });
    const errors = begin('http', 20);
    await eventually('all calls arrive', () => held.length === 20);
    await standStill();
    assert.deepEqual(new Set(await errors), new Set([null]));
  });

  it('counts no failure of a call that had no connection yet', async () => {
    const errors = begin('http', 20, true);
    await eventually('the caller is stopped', isStopped);
    await standStill();
    assert.deepEqual(new Set(await errors), new Set([null]));
    assert.equal(server.received.length, 20);
  });

  it('still counts the failure of a call that nobody answers', async () => {
    let arrived = 0;
    server.become(() => arrived++);
    const errors = begin('http', 2);
    await eventually('all calls arrive', () => arrived === 2);
    await standStill();
    for (const error of await errors) assert.match(error ?? 'none', /^no answer from .* within 0\.4 s$/);
  });
});
