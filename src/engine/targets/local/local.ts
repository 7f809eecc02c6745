import type { LocalHandler } from '../../words/handler.ts';
import { failure, type Outcome, success } from '../../words/outcome.ts';
import { closedWhenIdle } from '../in-flight.ts';
import type { Call, Target } from '../target.ts';
import { textOf } from '../text-capture.ts';
import { Command } from './command.ts';
import type { Ended } from './run.ts';
import type { ScriptFolders } from './script-folders.ts';
import { starter } from './starter.ts';

/** One for all handlers. */
const run = starter();

/**
 * Runs a script for each call (`mode: once`): without a shell, in the script's own folder, the envelope, a line, on
 * standard input. Exit code 0 is success and standard output, without its last line end, the response; else standard error
 * is the error. When its time is up, the script and all that it has started are ended, which takes 2 s more if they refuse.
 */
export function localTarget(handler: LocalHandler, { scripts }: { readonly scripts: ScriptFolders }): Target {
  const command = new Command(handler, scripts);
  const { redaction } = command;
  const timeoutMs = handler.timeoutSeconds * 1000;

  const runOf = async (call: Call): Promise<Ended> => {
    const { file, ...surroundings } = command.start(call);
    // A program that reads lines sees no line in a text without an end.
    return run(file, { ...surroundings, input: `${call.body}\n`, timeoutMs });
  };
  const outcomeOf = (
    { exitCode, signal, timedOut, remaining, stdout, stderr }: Ended,
    call: Call,
  ): Outcome => {
    // Who is ended in the middle of a line may be so in the middle of a secret.
    const isBroken = timedOut || exitCode === null;
    const response = textOf(stdout, redaction, isBroken).replace(/\r?\n$/, '') || null;
    const said = textOf(stderr, redaction, isBroken).trim();
    const failed = (error: string, facts: Partial<Outcome>): Outcome =>
      failure(redaction.text(error), { ...facts, response });
    if (timedOut) {
      const error = `no end within ${handler.timeoutSeconds} s: ${whatBecameOfIt(remaining)}`;
      return failed(said ? `${error}; it said: ${said}` : error, { outage: true });
    }
    if (exitCode === 0) return success({ code: 0, response });
    const end = exitCode === null ? `ended by ${signal}` : `exit code ${exitCode}`;
    if (stdout.received + stderr.received === 0) {
      const given = command.given(`the envelope of ${call.eventType}`);
      return failed(`${end}: ${given}`, { code: exitCode });
    }
    if (said === '') return failed(end, { code: exitCode });
    return failed(exitCode === null ? `${end}: ${said}` : said, { code: exitCode });
  };

  return closedWhenIdle({
    description: command.description,
    call: (call) =>
      runOf(call).then(
        (ended) => outcomeOf(ended, call),
        (error) => command.failure(error),
      ),
    // A script ends with its call.
    close: async () => undefined,
  });
}

function whatBecameOfIt(remaining: readonly number[]): string {
  return remaining.length === 0
    ? 'the script and its children were ended'
    : `these of its processes could not be ended, as they belong to another user or hang in the system: ${remaining.join(', ')}`;
}
