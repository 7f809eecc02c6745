import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { marksOf } from './environment.ts';
import { dyingMs, graceMs, ProcessTree, pollMs, type TreeState } from './process-tree.ts';
import { processesNow } from './processes.ts';
import { endLater } from './tree-ender.ts';
import { endTreesNow } from './windows.ts';

export interface Surroundings {
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of the environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

export type Program = ReturnType<typeof start>;

interface Ending {
  readonly tree: ProcessTree;
  readonly over: Promise<readonly number[]>;
}

/** Programs that have not come to an end of their own, with what tells their processes from others. */
const running = new Map<Program, readonly string[]>();
/** Those whose trees are being ended. */
const endings = new Map<Program, Ending>();
/** Those whose output is held by somebody, be it a child that they left behind. */
const reading = new Set<Program>();
process.on('exit', endAll);

/**
 * Starts a program without a shell, as a process tree of its own that is ended with the process that started it. Its
 * output must be read. The promise never rejects: it tells when the program and everybody who holds its output are gone.
 */
export function start(file: string, { args, cwd, env }: Surroundings) {
  const program = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    buffer: false,
    reject: false,
    verbose: 'none',
    killDescendants: true,
    // A listener for each program costs a tenth of all that a start costs; one for all costs nothing.
    cleanup: false,
    // execa's own SIGKILL is called off once the program is gone, though a descendant may have refused to go.
    forceKillAfterDelay: false,
  });
  // A program that ends without having read its input breaks the pipe, and that is its right.
  program.stdin.on('error', () => undefined);
  if (program.pid !== undefined) {
    running.set(program, marksOf(env));
    // What it leaves behind after an end of its own goes on.
    program.nodeChildProcess.once('exit', () => running.delete(program));
  }
  reading.add(program);
  void program.then(() => reading.delete(program));
  return program;
}

/** Whether anybody still holds the output of a program. */
export function isReading(): boolean {
  return reading.size > 0;
}

function endAll(): void {
  const programs = new Set([...running.keys(), ...endings.keys()]);
  if (programs.size === 0 || endTreesNow([...programs].map(({ pid = 0 }) => pid))) return;
  endLater(terminateNow(programs));
}

/** @returns the trees that have been sent a SIGTERM, and that somebody must look after */
function terminateNow(programs: Iterable<Program>): TreeState[] {
  const all = processesNow();
  const trees: TreeState[] = [];
  for (const program of programs) {
    const tree = endings.get(program)?.tree ?? treeOf(program);
    if (tree && all.length > 0) trees.push(tree.terminateNow(all));
    else program.kill('SIGTERM');
  }
  return trees;
}

/** Ends the trees of all programs that have not come to an end of their own. Resolves as `endTree` does. */
export async function endRunning(): Promise<void> {
  for (const program of running.keys()) void endTree(program);
  await Promise.all([...endings.values()].map(({ over }) => over));
}

/**
 * SIGTERM to a program that still runs and to all that it has started, wherever they have moved to, and SIGKILL 2 s
 * later to whoever is left; no more input for the program. Resolves when they are gone, after 3 s at the latest, with
 * the process ids of those that are not.
 * @param grace what they are given instead of 2 s, in ms
 */
export function endTree(program: Program, grace = graceMs): Promise<readonly number[]> {
  const under = endings.get(program);
  if (under) return under.over;
  const tree = treeOf(program);
  if (!tree) return endGroup(program);
  const over = tree
    .end(() => program.stdin.end(), grace)
    // Where processes can not be listed, the program's group is all that is known.
    .catch(() => endGroup(program))
    .finally(() => endings.delete(program));
  endings.set(program, { tree, over });
  return over;
}

/**
 * Undefined when the program has come to its end, and on Windows, which has neither groups nor signals: execa has its
 * own way there.
 */
function treeOf(program: Program): ProcessTree | undefined {
  const marks = running.get(program);
  if (!marks || program.pid === undefined || process.platform === 'win32') return undefined;
  return ProcessTree.of(program.pid, marks);
}

/** As `endTree`, but of what is left of a program that has ended only those that are still of its group. */
export async function endGroup(program: Program): Promise<readonly number[]> {
  program.kill('SIGTERM');
  program.stdin.end();
  if (await isGoneWithin(program, graceMs)) return [];
  program.kill('SIGKILL');
  await isGoneWithin(program, dyingMs);
  return [];
}

async function isGoneWithin(program: Program, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isThere(program)) {
    if (performance.now() >= deadline) return false;
    await delay(pollMs);
  }
  return true;
}

/** Whether a program, or anybody of its group, is there. */
function isThere(program: Program): boolean {
  // On Windows execa takes every signal, be it 0, for an order to end.
  if (process.platform !== 'win32') return program.kill(0);
  const { exitCode, signalCode } = program.nodeChildProcess;
  return exitCode === null && signalCode === null;
}
