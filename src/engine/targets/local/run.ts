import { type ChildProcess, spawn } from 'node:child_process';
import { TextCapture } from '../text-capture.ts';
import { ProcessTree } from './process-tree.ts';

export interface RunOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of the environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What is written to standard input; the program need not read it. */
  readonly input: string;
  readonly timeoutMs: number;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether the process tree was ended because its time was up. */
  readonly timedOut: boolean;
  readonly stdout: TextCapture;
  readonly stderr: TextCapture;
}

/** How long output is waited for after the program's end, in ms: a background child may hold it open for ever. */
const outputMs = 200;
/** How long the program's end is waited for after SIGKILL, in ms. */
const killedMs = 500;

/**
 * Runs a program to its end, without a shell, in a process group of its own. When its time is up, the whole group
 * is ended, and gone 2 s later whatever it does.
 * Never rejects: a program that does not start is an Error with the system's `code`.
 */
export function run(file: string, { args, cwd, env, input, timeoutMs }: RunOptions): Promise<Ended | Error> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(file, args, { cwd, env, detached: true, windowsHide: true });
    } catch (error) {
      resolve(error as Error);
      return;
    }
    if (child.pid === undefined) child.once('error', resolve);
    else follow(child, child.pid, { input, timeoutMs }, resolve);
  });
}

function follow(
  child: ChildProcess,
  pid: number,
  { input, timeoutMs }: Pick<RunOptions, 'input' | 'timeoutMs'>,
  resolve: (ended: Ended) => void,
): void {
  const tree = new ProcessTree(pid);
  const stdout = new TextCapture();
  const stderr = new TextCapture();
  let timedOut = false;
  let treeEnded: Promise<void> = Promise.resolve();
  let waitForOutput: NodeJS.Timeout | undefined;

  // A program that ends without having read its input breaks the pipe, and that is its right.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));

  const settle = (): void => {
    clearTimeout(waitForOutput);
    const { exitCode, signalCode: signal } = child;
    void treeEnded.then(() => resolve({ exitCode, signal, timedOut, stdout, stderr }));
  };
  // Still read, so that no background child is stopped by a pipe that is full or broken.
  const leaveOutput = (): void => {
    for (const output of [child.stdout, child.stderr]) (output as import('node:net').Socket | null)?.unref();
    settle();
  };
  const deadline = setTimeout(() => {
    timedOut = true;
    treeEnded = tree.end();
    void treeEnded.then(() => setTimeout(leaveOutput, killedMs));
  }, timeoutMs);
  child.on('exit', () => {
    clearTimeout(deadline);
    if (!timedOut) tree.release();
    // Through the event loop once more after the delay: what was written in time may still be unread.
    waitForOutput = setTimeout(() => setImmediate(leaveOutput), outputMs);
  });
  child.on('close', settle);
}
