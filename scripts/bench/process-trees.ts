import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, endTree, type Program, start } from '../../src/engine/targets/local/program.ts';
import { type Measure, median, ms, type Row } from './measure.ts';

const leaf = './leaf.sh';
/** What scripts do with processes that they start; each process writes its id to a file. */
const scripts: Readonly<Record<string, string>> = {
  'a child, and one in the background': `${leaf} & ${leaf}`,
  'a child that ignores SIGTERM': `STUBBORN=1 ${leaf}`,
  nohup: `nohup ${leaf} & wait`,
  'timeout 60': `timeout 60 ${leaf} & wait`,
  'a job of bash': `bash -c 'set -m; ${leaf} & wait'`,
  setsid: `setsid ${leaf} & wait`,
  'setsid, and it ignores SIGTERM': `STUBBORN=1 setsid ${leaf} & wait`,
  'Popen(start_new_session=True) of Python': `python3 -c 'import subprocess; subprocess.Popen("${leaf}", start_new_session=True).wait()'`,
  'a daemon by two forks of Python': `python3 -c 'import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execv("${leaf}", ["leaf"])
    os._exit(0)
os.wait()'; exec sleep 60`,
  'a daemon of a session that nobody else is of': `(setsid sh -c 'setsid -f ${leaf}' &); exec sleep 60`,
  'another one at SIGTERM': `trap '${leaf} & exit' TERM; ${leaf} & wait`,
  'another one at SIGTERM, by setsid': `trap 'setsid ${leaf} & sleep 0.1; exit' TERM; ${leaf} & wait`,
  'one after the other, without end': `trap '' TERM; while :; do setsid ${leaf} & sleep 0.02; done`,
};

const ways = { endTree, endGroup } as const;
const rounds = 5;

interface Ended {
  /** Whether nobody of it was left. */
  readonly all: boolean;
  readonly ms: number;
}

/** The end of all that a script has started: by ours, and by execa's `killDescendants`, the script's process group. */
export const processTrees: Measure = {
  name: 'process-trees',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'process-trees-'));
    write(
      join(folder, 'leaf.sh'),
      `[ -z "$STUBBORN" ] || trap '' TERM\nprintf '%s ' $$ >> "$PIDS"\nexec sleep 60 < /dev/null > /dev/null 2>&1`,
    );
    const rows: Row[] = [];
    for (const [what, script] of Object.entries(scripts)) {
      write(join(folder, 'script.sh'), script);
      const [ours, theirs] = [await ended(folder, 'endTree'), await ended(folder, 'endGroup')];
      rows.push({
        measure: `ended: ${what}`,
        value: told(ours),
        rival: `its group only: ${told(theirs)}`,
        target: `${rounds} of ${rounds}`,
        met: ours.every(({ all }) => all),
      });
    }
    rmSync(folder, { recursive: true });
    return rows;
  },
};

/** All rounds at once: most of it is waiting. */
function ended(folder: string, way: keyof typeof ways): Promise<readonly Ended[]> {
  return Promise.all(
    Array.from({ length: rounds }, (_, round) => endedOnce(folder, way, join(folder, `${way}-${round}`))),
  );
}

async function endedOnce(folder: string, way: keyof typeof ways, pids: string): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    PIDS: pids,
    PROVISIONING_WEBHOOK_ID: `${pids}-${process.hrtime.bigint()}`,
    PROVISIONING_ATTEMPT: '1',
  };
  const program: Program = start(join(folder, 'script.sh'), { args: [], cwd: folder, env });
  program.stdout.resume();
  program.stderr.resume();
  while (!existsSync(pids)) await sleep(10);
  await sleep(200);
  const began = performance.now();
  await ways[way](program);
  const took = performance.now() - began;
  await sleep(200);
  const left = [program.pid ?? 0, ...readFileSync(pids, 'utf8').trim().split(' ').map(Number)].filter(
    isThere,
  );
  for (const pid of left) process.kill(pid, 'SIGKILL');
  // Who has been started meanwhile.
  await endTree(program);
  rmSync(pids);
  return { all: left.length === 0, ms: took };
}

function told(found: readonly Ended[]): string {
  return `${found.filter(({ all }) => all).length} of ${rounds} in ${ms(median(found.map((one) => one.ms)))}`;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function write(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
