import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
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

/** How long output is waited for when the program is gone, in ms: a background child may hold it open for ever. */
const outputMs = 200;

/**
 * Runs a program to its end, without a shell, in a process group of its own. When its time is up, the whole group
 * is ended, and gone 2 s later whatever it does. What it leaves behind after an end of its own goes on.
 * Never rejects: a program that does not start is an Error with the system's `code`.
 */
export function run(file: string, { args, cwd, env, ...options }: RunOptions): Promise<Ended | Error> {
  return new Promise((resolve) => {
    try {
      const child = spawn(file, args, { cwd, env, detached: true, windowsHide: true });
      if (child.pid === undefined) child.once('error', resolve);
      else follow(child, new ProcessTree(child.pid), options, resolve);
    } catch (error) {
      resolve(error as Error);
    }
  });
}

function follow(
  child: ChildProcess,
  tree: ProcessTree,
  { input, timeoutMs }: Pick<RunOptions, 'input' | 'timeoutMs'>,
  resolve: (ended: Ended) => void,
): void {
  const stdout = new TextCapture();
  const stderr = new TextCapture();
  let timedOut = false;
  let ending = false;
  let closed = false;
  let lastWait: NodeJS.Timeout | undefined;

  const settle = (): void => {
    clearTimeout(lastWait);
    resolve({ exitCode: child.exitCode, signal: child.signalCode, timedOut, stdout, stderr });
  };
  const leaveOutput = (): void => {
    // Still read, so that a full or broken pipe stops no background child, but no reason for Node-RED to stay.
    for (const output of [child.stdout, child.stderr]) (output as Socket | null)?.unref();
    settle();
  };
  const waitForOutput = (): void => {
    // Once more through the event loop afterwards: what was written in time may not have been read yet.
    lastWait = setTimeout(() => setImmediate(leaveOutput), outputMs);
  };
  const deadline = setTimeout(async () => {
    timedOut = true;
    ending = true;
    await tree.end();
    ending = false;
    if (closed) settle();
    else waitForOutput();
  }, timeoutMs);

  // A program that ends without having read its input breaks the pipe, and that is its right.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.once('exit', () => {
    if (timedOut) return;
    clearTimeout(deadline);
    tree.release();
    waitForOutput();
  });
  child.once('close', () => {
    closed = true;
    if (!ending) settle();
  });
}
