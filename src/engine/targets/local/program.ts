import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

/** What a tree is given between SIGTERM and SIGKILL, in ms. */
const graceMs = 2000;
/**
 * How long it is waited for after SIGKILL, in ms. Nobody can refuse, but dying takes a moment; and a dead process
 * that its parent does not look after, as in a container without an init, is listed for ever.
 */
const dyingMs = 500;
const pollMs = 25;

export interface Surroundings {
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of the environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

export type Program = ReturnType<typeof start>;

const running = new Set<Program>();
/** Those whose output is held by somebody, be it a child that they left behind. */
const reading = new Set<Program>();
let watchingExit = false;

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
  if (program.pid !== undefined) endWithThisProcess(program);
  reading.add(program);
  void program.then(() => reading.delete(program));
  return program;
}

/** Whether anybody still holds the output of a program. */
export function isReading(): boolean {
  return reading.size > 0;
}

function endWithThisProcess(program: Program): void {
  if (!watchingExit) process.on('exit', endAll);
  watchingExit = true;
  running.add(program);
  // What it leaves behind after an end of its own goes on.
  program.nodeChildProcess.once('exit', () => running.delete(program));
}

function endAll(): void {
  for (const program of running) program.kill('SIGTERM');
}

/** Ends the trees of all programs that have not come to an end of their own. Resolves as `endTree` does. */
export async function endRunning(): Promise<void> {
  await Promise.all([...running].map(endTree));
}

/**
 * SIGTERM to a program and its descendants, and SIGKILL 2 s later to whoever is left. Resolves when they are gone,
 * after 2.5 s at the latest.
 */
export async function endTree(program: Program): Promise<void> {
  program.kill('SIGTERM');
  if (await isGoneWithin(program, graceMs)) return;
  program.kill('SIGKILL');
  await isGoneWithin(program, dyingMs);
}

async function isGoneWithin(program: Program, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (program.kill(0)) {
    if (performance.now() >= deadline) return false;
    await delay(pollMs);
  }
  return true;
}
