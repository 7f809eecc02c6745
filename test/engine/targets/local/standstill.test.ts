import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../../support/eventually.ts';

const caller = fileURLToPath(new URL('../../../support/calls-and-stands-still.ts', import.meta.url));
const timeoutSeconds = 3;
const calls = 3;

describe('a script that was called by a process that stood still', function () {
  this.timeout(30_000);
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'standstill-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Answers when the file `go` is there, and tells of each call by a line in `begun`: who started it. */
  const scripts: Readonly<Record<string, string>> = {
    once: `echo $PPID >> begun
while [ ! -e go ]; do sleep 0.05; done
echo done`,
    resident: `while read -r line; do
  echo $PPID >> begun
  id=\${line#*\\"id\\":\\"}; ids="$ids \${id%%\\"*}"; set -- $ids
  [ $# -eq ${calls} ] || continue
  while [ ! -e go ]; do sleep 0.05; done
  for id in $ids; do printf '{"id":"%s","ok":true}\\n' "$id"; done
  : > answered
done`,
  };

  const begin = (mode: string): Promise<(string | null)[]> => {
    const file = join(folder, `${mode}.sh`);
    writeFileSync(file, `#!/bin/sh\n${scripts[mode]}\n`, { mode: 0o755 });
    child = fork(caller, [file, mode, `${timeoutSeconds}`, `${calls}`, 'no']);
    return once(child, 'message').then(([errors]) => errors as (string | null)[]);
  };
  const begun = (): number[] =>
    existsSync(join(folder, 'begun'))
      ? readFileSync(join(folder, 'begun'), 'utf8').trim().split('\n').map(Number)
      : [];
  const isStopped = (pid: number): boolean =>
    execFileSync('ps', ['-o', 'state=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('T');
  /** They stand still for longer than the timeout, and the script does what it does meanwhile. */
  const standStill = async (pids: readonly number[], meanwhile: () => void): Promise<void> => {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await eventually('they are stopped', () => pids.every(isStopped));
    meanwhile();
    await sleep(timeoutSeconds * 1000 + 500);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
  const answer = (): void => writeFileSync(join(folder, 'go'), '');

  for (const [mode, whoStops] of [
    ['once', 'Node-RED'],
    ['once', 'Node-RED and the process that starts scripts'],
    ['once', 'the process that starts scripts'],
    ['resident', 'Node-RED'],
  ] as const)
    it(`has not failed if it has answered meanwhile: ${mode}, ${whoStops} stopped`, async () => {
      const errors = begin(mode);
      const [starter = 0] = await eventually(
        'all calls are begun',
        () => begun().length === calls && begun(),
      );
      const nodeRed = child?.pid ?? 0;
      const pids =
        whoStops === 'Node-RED'
          ? [nodeRed]
          : whoStops.startsWith('Node-RED')
            ? [nodeRed, starter]
            : [starter];
      await standStill(pids, answer);
      assert.deepEqual(await errors, [null, null, null]);
    });

  for (const mode of ['once', 'resident'])
    it(`has failed if it does not answer even then: ${mode}`, async () => {
      const errors = begin(mode);
      await eventually('all calls are begun', () => begun().length === calls);
      await standStill([child?.pid ?? 0], () => undefined);
      for (const error of await errors) assert.match(error ?? 'none', /within 3 s/);
    });
});
