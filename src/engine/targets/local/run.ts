import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { within } from '../deadline.ts';
import { type Captured, TextCapture } from '../text-capture.ts';
import { endTree, type Surroundings, start } from './program.ts';

export interface RunOptions extends Surroundings {
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
  /** Process ids of those in it that could not be ended. */
  readonly remaining: readonly number[];
  readonly stdout: Captured;
  readonly stderr: Captured;
}

/** How long output is waited for when the program is gone, in ms: a background child may hold it open for ever. */
const outputMs = 200;

/**
 * Runs a program to its end. When its time is up, its whole process tree is ended, and gone 2 s later whatever it
 * does. What it leaves behind after an end of its own goes on.
 * @throws an Error with the system's `code` when the program does not start
 */
export async function run(file: string, { input, timeoutMs, ...surroundings }: RunOptions): Promise<Ended> {
  const program = start(file, surroundings);
  if (program.pid === undefined) throw (await program).cause;
  const stdout = captureOf(program.stdout);
  const stderr = captureOf(program.stderr);
  program.stdin.end(input);

  const timedOut = !(await within(timeoutMs, once(program.nodeChildProcess, 'exit')));
  const remaining = timedOut ? await endTree(program) : [];
  // Whoever holds the output after that is still read, so that a full or broken pipe stops no background child. Once
  // more through the event loop: what was written in time may not have been read yet.
  if (!(await within(outputMs, program))) await setImmediate();
  const { exitCode, signalCode } = program.nodeChildProcess;
  return {
    exitCode,
    signal: signalCode,
    timedOut,
    remaining,
    stdout: stdout.captured,
    stderr: stderr.captured,
  };
}

function captureOf(output: NodeJS.EventEmitter): TextCapture {
  const capture = new TextCapture();
  output.on('data', (chunk: Buffer) => capture.push(chunk));
  return capture;
}
