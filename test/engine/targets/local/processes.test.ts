import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  environmentAt,
  hasProc,
  inSlices,
  parsePs,
  processes,
  processesNow,
  processOf,
} from '../../../../src/engine/targets/local/processes.ts';

describe('the list of processes', () => {
  it('tells parent, group and start of each', async () => {
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    try {
      for (const all of [await processes(), processesNow()]) {
        const own = all.find(({ pid }) => pid === process.pid);
        const found = all.find(({ pid }) => pid === child.pid);
        assert.deepEqual([found?.parent, found?.group, found?.dead], [process.pid, child.pid, false]);
        assert.equal(own?.parent, process.ppid);
        assert.notEqual(found?.start, own?.start);
      }
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('is made once for those who ask while another one is made', async () => {
    const first = processes();
    await Promise.resolve();
    const [second, third] = [processes(), processes()];
    assert.equal(await second, await third);
    assert.notEqual(await first, await second);
    assert.notEqual(await processes(), await second);
  });

  it('does not hold up the process that makes it', async () => {
    function* slow(): Iterable<number> {
      for (let number = 0; number < 100; number++) {
        for (const end = performance.now() + 1; performance.now() < end; );
        yield number;
      }
    }
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    assert.equal((await inSlices(slow())).length, 100);
    clearInterval(counting);
    assert.ok(turns > 5, `${turns} turns`);
  });

  it('can be had from ps', function () {
    const { status, stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
    });
    if (status !== 0) this.skip();
    const own = parsePs(stdout).find(({ pid }) => pid === process.pid);
    assert.equal(own?.parent, process.ppid);
    assert.match(own?.start ?? '', /^\w+ .*\d{4}$/);
    assert.deepEqual(parsePs('    7     1     7 Z+   Thu Nov 26 06:28:30 2026    \n'), [
      { pid: 7, parent: 1, group: 7, start: 'Thu Nov 26 06:28:30 2026', dead: true },
    ]);
  });

  it('on Linux reads a process of any name, and its environment', async function () {
    if (!hasProc) this.skip();
    const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'] ?? '', MARK: 'a b' } });
    await once(child, 'spawn');
    try {
      const found = processOf(child.pid ?? 0);
      assert.ok(found);
      assert.ok((await environmentAt(found))?.includes('\0MARK=a b\0'));
      assert.equal(processOf(1 << 30), undefined);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
