import { dirname } from 'node:path';
import type { LocalHandler } from '../../words/handler.ts';
import { passwordsIn, withoutPasswords } from '../../words/http-url.ts';
import type { Outcome } from '../../words/outcome.ts';
import { Redaction, redacted } from '../redaction/redaction.ts';
import type { Call } from '../target.ts';
import { checkForCmdExe } from './cmd-exe.ts';
import { environmentOf } from './environment.ts';
import { headOf } from './file-head.ts';
import type { Surroundings } from './program.ts';
import type { Script, ScriptFolders } from './script-folders.ts';
import { startFailure } from './start-failure.ts';
import { wayToStart } from './way-to-start.ts';

/** What a handler runs: how it is shown, which of its values are secret, and how it is started. */
export class Command {
  /** `notify.sh --all`, secrets redacted. */
  readonly description: string;
  readonly redaction: Redaction;
  /** Its arguments as in the description, for a sentence. */
  readonly #arguments: string;
  readonly #handler: LocalHandler;
  readonly #scripts: ScriptFolders;
  readonly #platform: NodeJS.Platform;

  constructor(handler: LocalHandler, scripts: ScriptFolders, platform = process.platform) {
    this.#handler = handler;
    this.#scripts = scripts;
    this.#platform = platform;
    const { command, args, environment, secrets } = handler;
    this.redaction = new Redaction([
      ...environment.filter(({ secret }) => secret).map(({ value }) => value),
      ...secrets,
      ...[...args, ...environment.map(({ value }) => value)].flatMap(passwordsIn),
    ]);
    const shown = args.map((argument) =>
      secrets.includes(argument) ? redacted : withoutPasswords(quoted(argument)),
    );
    this.description = this.redaction.text([command, ...shown].join(' '));
    this.#arguments = shown.length > 0 ? `the arguments ${shown.join(' ')}` : 'no arguments';
  }

  /**
   * For the error of a script that has told nothing of itself: what it was to go by, secrets redacted.
   * @param input on its standard input, in words
   */
  given(input: string): string {
    return this.redaction.text(
      `it wrote nothing; it was given ${input} on standard input, and ${this.#arguments}`,
    );
  }

  /**
   * What is to be started now: where the script is, and what it is given. It runs in its own folder.
   * @param call that it is started for; none for one that stays
   * @throws ScriptRefused, ScriptMissing or NotStartable
   */
  start(call?: Call): { readonly file: string } & Surroundings {
    const { command, args } = this.#handler;
    const { file } = this.#scripts.find(command);
    const env = environmentOf(this.#handler, call);
    if (wayToStart(file, headOf(file), this.#platform) === 'by cmd.exe') {
      const numbered = args.map((argument, index) => [`argument ${index + 1}`, argument]);
      checkForCmdExe(command, {
        ...Object.fromEntries(numbered),
        ...(call && { 'the object id': call.objectId }),
      });
    }
    return { file, args, cwd: dirname(file), env };
  }

  /** The outcome of an attempt whose script did not start. */
  failure(error: Error): Outcome {
    const outcome = startFailure(this.#handler.command, error, this.#found());
    return { ...outcome, error: this.redaction.text(outcome.error ?? '') };
  }

  #found(): Script | undefined {
    try {
      return this.#scripts.find(this.#handler.command);
    } catch {
      return undefined;
    }
  }
}

/** For people to see where an argument begins and ends. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
