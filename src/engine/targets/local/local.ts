import type { LocalHandler } from '../../words/handler.ts';
import { failure, type Outcome, success } from '../../words/outcome.ts';
import { closedWhenIdle } from '../in-flight.ts';
import type { Call, Target } from '../target.ts';
import { type Captured, TextCapture } from '../text-capture.ts';
import { Command } from './command.ts';
import type { Ended } from './run.ts';
import type { ScriptFolders } from './script-folders.ts';
import { starter } from './starter.ts';

export interface LocalTargetOptions {
  readonly scripts: ScriptFolders;
}

/** One for all handlers. */
const run = starter();

/**
 * Runs a script for each call (`mode: once`): without a shell, in the script's own folder, the envelope, a line, on
 * standard input. Exit code 0 is success and standard output, without its last line end, the response; else standard error
 * is the error. When its time is up, the script and all that it has started are ended, which takes 2 s more if they refuse.
 */
export function localTarget(handler: LocalHandler, { scripts }: LocalTargetOptions): Target {
  return closedWhenIdle(new LocalTarget(handler, scripts));
}

class LocalTarget implements Target {
  readonly description: string;
  readonly #handler: LocalHandler;
  readonly #command: Command;

  constructor(handler: LocalHandler, scripts: ScriptFolders) {
    this.#handler = handler;
    this.#command = new Command(handler, scripts);
    this.description = this.#command.description;
  }

  async call(call: Call): Promise<Outcome> {
    const ended = await this.#run(call).catch((error: Error) => error);
    if (ended instanceof Error) return this.#command.failure(ended);
    const outcome = this.#outcomeOf(ended, call);
    return outcome.error === null
      ? outcome
      : { ...outcome, error: this.#command.redaction.text(outcome.error) };
  }

  /** A script ends with its call. */
  async close(): Promise<void> {}

  async #run(call: Call): Promise<Ended> {
    const { file, ...surroundings } = this.#command.start(call);
    return run(file, {
      ...surroundings,
      // A program that reads lines sees no line in a text without an end.
      input: `${call.body}\n`,
      timeoutMs: this.#handler.timeoutSeconds * 1000,
    });
  }

  #outcomeOf({ exitCode, signal, timedOut, remaining, stdout, stderr }: Ended, call: Call): Outcome {
    const response = this.#text(stdout).replace(/\r?\n$/, '') || null;
    const said = this.#text(stderr).trim();
    if (timedOut) {
      const error = `no end within ${this.#handler.timeoutSeconds} s: ${whatBecameOfIt(remaining)}`;
      return failure(said ? `${error}; it said: ${said}` : error, { response, outage: true });
    }
    if (exitCode === 0) return success({ code: 0, response });
    const facts = { code: exitCode, response };
    const end = exitCode === null ? `ended by ${signal}` : `exit code ${exitCode}`;
    if (stdout.received + stderr.received === 0) {
      return failure(`${end}: ${this.#command.given(`the envelope of ${call.eventType}`)}`, facts);
    }
    if (said === '') return failure(end, facts);
    return failure(exitCode === null ? `${end}: ${said}` : said, facts);
  }

  #text(output: Captured): string {
    return TextCapture.of(output).text(this.#command.redaction);
  }
}

function whatBecameOfIt(remaining: readonly number[]): string {
  return remaining.length === 0
    ? 'the script and its children were ended'
    : `these of its processes could not be ended, as they belong to another user or hang in the system: ${remaining.join(', ')}`;
}
