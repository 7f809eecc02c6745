import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localTarget } from '../../../../src/engine/targets/local/local.ts';
import { ScriptFolders } from '../../../../src/engine/targets/local/script-folders.ts';
import { starter } from '../../../../src/engine/targets/local/starter.ts';
import { handlerSchema, type LocalHandler } from '../../../../src/engine/words/handler.ts';
import { callOf } from '../../../support/call.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive, readPids } from '../../../support/processes.ts';

const caller = fileURLToPath(new URL('../../../support/calls-a-script.ts', import.meta.url));

describe('the process that starts scripts', () => {
  let folder: string;
  let pids: string;
  const started: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'starter-'));
    pids = join(folder, 'pids');
  });
  afterEach(() => {
    for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A script that writes to `pids` who started it, and its own process id; then it does the rest. */
  function script(rest: string): string {
    const file = join(folder, 'script.sh');
    const tell = `echo "$PPID $$" > '${pids}.part' && mv '${pids}.part' '${pids}'`;
    writeFileSync(file, `#!/bin/sh\n${tell}\n${rest}\n`, { mode: 0o755 });
    return file;
  }

  /** Who started the script, and the script, once it runs. */
  async function startedBy(): Promise<readonly [number, number]> {
    await eventually('the script runs', () => existsSync(pids));
    const [process = 0, own = 0] = readPids(pids);
    rmSync(pids);
    started.push(process, own);
    return [process, own];
  }

  async function run(by: ReturnType<typeof starter>, file: string, timeoutMs = 10_000): Promise<string> {
    const options = { args: [], cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, input: '', timeoutMs };
    const { stdout, signal, timedOut } = await by(file, options);
    return timedOut ? 'timed out' : (signal ?? String(stdout.bytes).trim());
  }

  const target = (file: string) =>
    localTarget(handlerSchema.parse({ id: 'handler', handlerType: 'local', command: file }) as LocalHandler, {
      scripts: new ScriptFolders({ folders: [folder], enabled: true }),
    });

  it('is one for all of them', async () => {
    const own = starter();
    const file = script('sleep 0.1; echo $PPID');
    const starters = new Set(await Promise.all(Array.from({ length: 20 }, () => run(own, file))));
    assert.equal(starters.size, 1);
    assert.ok(!starters.has(String(process.pid)));
  });

  it('is replaced when it was killed, and the script it had started is tried again', async () => {
    const interrupted = target(script('sleep 30')).call(callOf());
    const [first] = await startedBy();
    process.kill(first, 'SIGKILL');
    const { ok, error, outage } = await interrupted;
    assert.deepEqual([ok, outage], [false, false]);
    assert.equal(
      error,
      'the process that starts scripts was ended by SIGKILL: how far the script came is not known',
    );
    const { response } = await target(script('echo done')).call(callOf());
    assert.equal(response, 'done');
    assert.notEqual((await startedBy())[0], first);
  });

  it('that can not be started is told of', async () => {
    const { execPath } = process;
    const broken = join(folder, 'node');
    writeFileSync(broken, '#!/bin/sh\necho no such library >&2\nexit 3\n', { mode: 0o755 });
    try {
      for (const [path, reason] of [
        [join(folder, 'missing'), /^the process that starts scripts can not be started: .*ENOENT$/],
        [
          broken,
          /^the process that starts scripts can not be started: it ended with exit code 3; it said: no such library$/,
        ],
      ] as const) {
        process.execPath = path;
        await assert.rejects(run(starter(), script('echo done')), { name: 'Error', message: reason });
      }
    } finally {
      process.execPath = execPath;
    }
    assert.equal(existsSync(pids), false);
  });

  it('that answers nothing is given up', async () => {
    const own = starter({ stuckMs: 200 });
    // It is up before the time of the script begins, which counts from the call.
    await run(own, script(''));
    await startedBy();
    const held = run(own, script('sleep 30'), 3000);
    const givenUp = assert.rejects(held, /^Error: the process that starts scripts does not answer: /);
    const [stuck, sleeping] = await startedBy();
    process.kill(stuck, 'SIGSTOP');
    await givenUp;
    assert.equal(await run(own, script('echo done')), 'done');
    process.kill(stuck, 'SIGCONT');
    await eventually('it is gone, and its script', () => !isAlive(stuck) && !isAlive(sleeping));
  });

  it('counts the time of a script from its call', async () => {
    const own = starter();
    await run(own, script(''));
    const [slow] = await startedBy();
    process.kill(slow, 'SIGSTOP');
    const late = run(own, script('sleep 30'), 2500);
    const tooLate = run(own, script('sleep 30'), 100);
    await sleep(300);
    process.kill(slow, 'SIGCONT');
    await assert.rejects(tooLate, { message: 'its time was up before it was started' });
    assert.equal(await late, 'timed out');
  });

  it('does not count the time that Node-RED stood still together with it', async () => {
    const own = starter();
    await run(own, script(''));
    const [stopped] = await startedBy();
    process.kill(stopped, 'SIGSTOP');
    const going = run(own, script('echo done'), 2000);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    process.kill(stopped, 'SIGCONT');
    assert.equal(await going, 'done');
  });

  it('leaves it to Node-RED what a signal from the terminal means', async () => {
    const own = starter();
    const going = run(own, script('sleep 0.5; echo done'));
    const [pid] = await startedBy();
    for (const signal of ['SIGINT', 'SIGHUP']) process.kill(pid, signal);
    assert.equal(await going, 'done');
    assert.equal(await run(own, script('echo $PPID')), String(pid));
  });

  it('ends its scripts when it is told to end, and a new one starts the next', async () => {
    const own = starter();
    const ended = run(own, script('sleep 30'));
    const [first] = await startedBy();
    process.kill(first, 'SIGTERM');
    assert.equal(await ended, 'SIGTERM');
    // Calls that it is asked for meanwhile fail with it.
    await eventually('another one runs a script', () => run(own, script('echo done')));
    assert.notEqual((await startedBy())[0], first);
    assert.equal(isAlive(first), false);
  });

  it('ends after a while without a call, and comes back with the next', async () => {
    const own = starter({ idleMs: 200 });
    const first = await run(own, script('echo $PPID'));
    assert.equal(await run(own, script('sleep 0.5; echo $PPID')), first);
    await eventually('it is gone', () => !isAlive(Number(first)));
    const second = await run(own, script('echo $PPID'));
    assert.match(second, /^\d+$/);
    assert.notEqual(second, first);
  });

  it('goes on to read what a background child of a script writes', async () => {
    const own = starter({ idleMs: 100 });
    const words = join(folder, 'words');
    const child = `while [ ! -e '${words}.end' ]; do echo word && echo word >> '${words}'; sleep 0.05; done`;
    await run(own, script(`(${child}) &`));
    const [pid] = await startedBy();
    await sleep(300);
    const before = readFileSync(words).length;
    await eventually('the child writes on', () => readFileSync(words).length > before);
    assert.equal(await run(own, script('echo $PPID')), String(pid), 'another one is not needed');
    writeFileSync(`${words}.end`, '');
    await eventually('it is gone', () => !isAlive(pid));
  });

  describe('when Node-RED', () => {
    const parents: ChildProcess[] = [];

    afterEach(() => {
      for (const parent of parents.splice(0)) parent.kill('SIGKILL');
    });

    function nodeRed(file: string, bytes = 0, options: object = {}): ChildProcess {
      const parent = fork(caller, [file, String(bytes)], options);
      parents.push(parent);
      return parent;
    }

    it('has nothing else to do, keeps it up until the script has ended, and no longer', async () => {
      const parent = nodeRed(script('sleep 0.5; echo done'));
      const said = once(parent, 'message');
      const [pid] = await startedBy();
      assert.deepEqual(await once(parent, 'exit'), [0, null]);
      assert.deepEqual((await said)[0], 'done\n');
      await eventually('it is gone', () => !isAlive(pid));
    });

    it('is killed, gives a script all of its input, lets it end, and ends then', async () => {
      const bytes = join(folder, 'bytes');
      const parent = nodeRed(
        script(`sleep 1; wc -c > '${bytes}.part'; mv '${bytes}.part' '${bytes}'`),
        900_000,
      );
      const [pid, own] = await startedBy();
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      assert.ok(isAlive(own));
      await eventually('the script comes to its end', () => existsSync(bytes));
      assert.equal(Number(readFileSync(bytes, 'utf8')), 900_000);
      await eventually('it is gone', () => !isAlive(pid));
    });

    it('ends, ends a script that ignores SIGTERM too', async () => {
      const parent = nodeRed(script("trap '' TERM; while :; do sleep 1; done"));
      const [pid, own] = await startedBy();
      parent.send('end');
      await once(parent, 'exit');
      // A service manager tells all processes of the service to end; this one has begun already.
      process.kill(pid, 'SIGTERM');
      await eventually('the script is gone', () => !isAlive(own), 3000);
      await eventually('it is gone', () => !isAlive(pid));
    });

    it('has options for its Node.js, has none of them', async () => {
      const marks = join(folder, 'marks');
      const mark = join(folder, 'mark.cjs');
      writeFileSync(
        mark,
        `require('node:fs').appendFileSync(${JSON.stringify(marks)}, process.argv[1] + '\\n')`,
      );
      for (const options of [
        { execArgv: ['--require', mark] },
        { env: { ...process.env, NODE_OPTIONS: `--require=${mark}` } },
      ]) {
        rmSync(marks, { force: true });
        const [said] = await once(nodeRed(script('echo "$NODE_OPTIONS"'), 0, options), 'message');
        assert.equal(said, '\n');
        assert.equal(readFileSync(marks, 'utf8'), `${caller}\n`);
      }
    });
  });
});
