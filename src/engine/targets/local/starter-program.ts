import type { Captured } from '../text-capture.ts';
import { machineNow } from './machine-clock.ts';
import { endRunning, type Surroundings } from './program.ts';
import { type Ended, run } from './run.ts';

/** A program that Node-RED wants to be run. */
export interface Request extends Surroundings {
  /** Of the answer too. */
  readonly number: number;
  readonly file: string;
  readonly input: string;
  /** On the machine's clock. */
  readonly deadline: number;
}

/** What came of a request: how the program ended, or why it did not start. */
export type Answer = { readonly number: number } & (
  | { readonly ended: Omit<Ended, 'stdout' | 'stderr'> & Record<'stdout' | 'stderr', Captured> }
  | { readonly failure: { readonly message: string; readonly code: unknown } }
);

// The starter's own process. When Node-RED is gone, or needs it no more, the channel is closed: what runs comes to its
// end, with all of its input and within its time, and then nothing is left that would keep this process up.
process.on('message', answer);
process.once('SIGTERM', end);
// From a terminal they reach Node-RED too, which decides.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function answer({ number, file, deadline, ...options }: Request): Promise<void> {
  const timeoutMs = Math.max(1, deadline - machineNow());
  const came = await run(file, { ...options, timeoutMs }).then(
    ({ stdout, stderr, ...facts }): Answer => ({
      number,
      ended: { ...facts, stdout: stdout.captured, stderr: stderr.captured },
    }),
    ({ message, code }): Answer => ({ number, failure: { message, code } }),
  );
  if (process.connected) process.send?.(came, undefined, undefined, () => undefined);
}

async function end(): Promise<void> {
  process.off('message', answer);
  await endRunning();
  process.exit();
}
