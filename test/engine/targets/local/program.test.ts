import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endTree, start } from '../../../../src/engine/targets/local/program.ts';
import { ways } from '../../../support/escapes.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive, readPids } from '../../../support/processes.ts';

/** Who ignores SIGTERM does so however long it is given. */
const graceMs = 100;
const programs = fileURLToPath(new URL('../../../support/programs', import.meta.url));

describe('the end of a process tree', () => {
  let folder: string;
  const started: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'process-tree-'));
  });
  afterEach(() => {
    for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A program whose child has escaped in a way, and the ids of both. */
  async function escaping(way: string, variables: Record<string, string> = {}) {
    const pids = join(folder, `${way}-${started.length}`);
    const env = {
      PATH: process.env['PATH'] ?? '',
      PIDS: pids,
      WAY: way,
      PROVISIONING_WEBHOOK_ID: `${folder}_${way}`,
      PROVISIONING_ATTEMPT: '1',
      ...variables,
    };
    const program = start(join(programs, 'escapes.sh'), { args: [], cwd: programs, env });
    program.stdout.resume();
    program.stderr.resume();
    const both = await eventually('both run', () => {
      const found = readPids(pids);
      return found.length === 2 && found;
    });
    started.push(...both);
    // The start of a process is known in hundredths of a second; one that is started next is younger.
    await delay(50);
    return { program, both };
  }

  for (const way of ways) {
    it(`reaches who has escaped by a ${way}`, async () => {
      const { program, both } = await escaping(way);
      assert.deepEqual(await endTree(program), []);
      assert.deepEqual(both.filter(isAlive), []);
    });

    it(`reaches who has escaped by a ${way} and ignores SIGTERM`, async () => {
      const { program, both } = await escaping(way, { STUBBORN: 'yes' });
      assert.deepEqual(await endTree(program, graceMs), []);
      assert.deepEqual(both.filter(isAlive), []);
    });
  }

  for (const [what, when, first] of [
    ['is started at the SIGTERM', 'term', 1],
    // Without /proc, one of another group is known by its parent alone.
    ...(ways.includes('session')
      ? [['is started at the SIGTERM, and leaves the group', 'term-group', 1] as const]
      : []),
    ['is started while all are ended', 'always', 20],
  ] as const)
    it(`reaches who ${what}, whatever is in its environment`, async () => {
      const pids = join(folder, 'pids');
      const env = { PATH: process.env['PATH'] ?? '', PIDS: pids, WHEN: when };
      const program = start(join(programs, 'starts-others.sh'), { args: [], cwd: programs, env });
      program.stdout.resume();
      program.stderr.resume();
      await eventually('it runs', () => readPids(pids).length >= first);
      assert.deepEqual(await endTree(program), []);
      started.push(...readPids(pids));
      assert.ok(started.length > 1);
      assert.deepEqual(started.filter(isAlive), []);
    });

  it('is one, however often it is asked for', async () => {
    const { program } = await escaping('job');
    assert.equal(endTree(program), endTree(program));
    await endTree(program);
  });

  it('spares another attempt of the same call, and the same attempt made once more', async () => {
    const way = ways.at(-1) ?? '';
    const call = { PROVISIONING_WEBHOOK_ID: `${folder}_call` };
    const first = await escaping(way, call);
    const second = await escaping(way, { ...call, PROVISIONING_ATTEMPT: '2' });
    const again = await escaping(way, { ...call, PROVISIONING_ATTEMPT: '2' });
    await endTree(second.program);
    assert.deepEqual(second.both.filter(isAlive), []);
    assert.ok([...first.both, ...again.both].every(isAlive));
    await Promise.all([endTree(first.program), endTree(again.program)]);
    assert.deepEqual([...first.both, ...again.both].filter(isAlive), []);
  });

  it('spares the same attempt made once more by another process, be that older', async function () {
    if (!ways.includes('session')) this.skip();
    const pids = join(folder, 'pids');
    const marks = `PROVISIONING_WEBHOOK_ID=${folder}_call PROVISIONING_ATTEMPT=1`;
    const again = `read go; env PIDS=${pids} WAY=session ${marks} setsid ./escapes.sh & wait`;
    const other = spawn('sh', ['-c', again], {
      cwd: programs,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const { program, both } = await escaping('daemon', { PROVISIONING_WEBHOOK_ID: `${folder}_call` });
    other.stdin.end('go\n');
    const spared = await eventually('the other one runs', () => {
      const found = readPids(pids);
      return found.length === 2 && found;
    });
    started.push(...spared);
    await endTree(program);
    assert.deepEqual(both.filter(isAlive), []);
    assert.ok(spared.every(isAlive));
  });

  it('leaves what a program that has come to its end has left behind', async () => {
    const { program, both } = await escaping('job', { STAY: 'no' });
    await eventually('it has ended', () => program.nodeChildProcess.exitCode !== null);
    await endTree(program);
    assert.deepEqual(both.map(isAlive), [false, true]);
  });
});
