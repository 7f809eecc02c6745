import { dirname } from 'node:path';
import type { LocalHandler } from '../../handler.ts';
import { Redaction, redacted } from '../redaction.ts';
import type { ScriptFolders } from '../script-folders.ts';
import { isStartable } from './shebang.ts';
import { NotStartable } from './start-failure.ts';

/** What a handler runs: how it is shown, which of its values are secret, and where it is. */
export class Command {
  /** `notify.sh --all`, secrets redacted. */
  readonly description: string;
  readonly redaction: Redaction;
  readonly #handler: LocalHandler;
  readonly #scripts: ScriptFolders;

  constructor(handler: LocalHandler, scripts: ScriptFolders) {
    this.#handler = handler;
    this.#scripts = scripts;
    const { command, args, environment, secrets } = handler;
    this.redaction = new Redaction([
      ...environment.filter(({ secret }) => secret).map(({ value }) => value),
      ...secrets,
    ]);
    const shown = args.map((argument) => (secrets.includes(argument) ? redacted : quoted(argument)));
    this.description = this.redaction.text([command, ...shown].join(' '));
  }

  /**
   * Where the script is now, and the folder it runs in, its own.
   * @throws ScriptRefused, ScriptMissing or NotStartable
   */
  locate(): { readonly file: string; readonly cwd: string } {
    const { file, stats } = this.#scripts.find(this.#handler.command);
    if (!isStartable(file, stats)) throw new NotStartable();
    return { file, cwd: dirname(file) };
  }
}

/** For people to see where an argument begins and ends. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
