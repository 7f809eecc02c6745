import { machineNow } from './machine-clock.ts';
import { endRunning, isReading, type Surroundings } from './program.ts';
import { type Ended, run } from './run.ts';

/** A program that Node-RED wants to be run. */
export interface RunRequest extends Surroundings {
  /** Of the answer too. */
  readonly number: number;
  readonly file: string;
  readonly input: string;
  /** On the machine's clock. */
  readonly deadline: number;
  /** On that clock too; null when it is sent once more, and is to be begun in any case. */
  readonly sent: number | null;
}

/** What came of a request: how the program ended, or why it did not start. */
export type RunResult = { readonly number: number } & (
  | { readonly ended: Ended }
  | { readonly failure: { readonly message: string; readonly code?: unknown } }
);

/**
 * A request that has been on its way for longer than usual, and has not been begun: whether all of the machine, or
 * Node-RED too, stood still meanwhile, only Node-RED knows, which sends it again.
 */
export interface Late {
  readonly late: number;
}

/** `idle?` asks whether anybody would miss this process. */
export type ToStarter = RunRequest | 'idle?';
/** `up` comes first; `reading` means that children of programs still hold an output, which is read for them. */
export type FromStarter = RunResult | Late | 'up' | 'idle' | 'reading';

/** So long, in ms, a request may be on its way for other reasons than a standstill. */
const usualMs = 100;

// The starter's own process. When Node-RED is gone, or needs it no more, the channel is closed: what runs comes to its
// end, with all of its input and within its time, and then nothing is left that would keep this process up.
process.on('message', hear);
process.on('SIGTERM', end);
// From a terminal they reach Node-RED too, which decides.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
tell('up');

async function hear(message: ToStarter): Promise<void> {
  if (message === 'idle?') tell(isReading() ? 'reading' : 'idle');
  else if (message.sent !== null && machineNow() - message.sent > usualMs) tell({ late: message.number });
  else tell(await answerTo(message));
}

async function answerTo({ number, file, sent: _, deadline, ...options }: RunRequest): Promise<RunResult> {
  const timeoutMs = deadline - machineNow();
  if (timeoutMs <= 0) return { number, failure: { message: 'its time was up before it was started' } };
  return run(file, { ...options, timeoutMs }).then(
    (ended) => ({ number, ended }),
    ({ message, code }) => ({ number, failure: { message, code } }),
  );
}

function tell(message: FromStarter): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function end(): Promise<void> {
  process.off('message', hear);
  await endRunning();
  process.exit();
}
