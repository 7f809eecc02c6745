import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LocalHandler } from '../../words/handler.ts';
import { environmentOf } from './environment.ts';
import { headOf, interpreterOf } from './file-head.ts';
import { type Script, type ScriptFolders, ScriptMissing, ScriptRefused } from './script-folders.ts';
import { startFailure } from './start-failure.ts';
import { NotStartable, wayToStart } from './way-to-start.ts';

/** What can be told of a script without starting it. */
export type Examined =
  /** Why it can not be started, and what to do. */
  | { readonly problem: string }
  /** By `#!/usr/bin/env`, a program that is in no folder of the script's PATH. */
  | { readonly file: string; readonly missing: string }
  /** `writable`: by others than its owner. */
  | { readonly file: string; readonly writable: boolean };

/** Looks at a handler's script as a call would find it now, in the words that a call that fails has. */
export function examineScript(
  handler: LocalHandler,
  scripts: ScriptFolders,
  platform = process.platform,
): Examined {
  const { command } = handler;
  let script: Script | undefined;
  try {
    script = scripts.find(command);
    const head = headOf(script.file);
    wayToStart(script.file, head, platform);
    if (platform === 'win32') return { file: script.file, writable: false };
    // The system's own answer: it knows access lists and file systems that execute nothing.
    accessSync(script.file, constants.X_OK);
    const shebang = head?.shebang?.trim();
    if (shebang) accessSync(interpreterOf(shebang), constants.X_OK);
    const program = shebang && lookedUpBy(shebang);
    if (program && !isInPath(program, environmentOf(handler)['PATH'] ?? '')) {
      return { file: script.file, missing: program };
    }
    return { file: script.file, writable: (script.stats.mode & 0o022) !== 0 };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { problem: startFailure(command, error, script).error ?? error.message };
  }
}

function isFailure(error: unknown): error is Error {
  return (
    error instanceof ScriptMissing ||
    error instanceof ScriptRefused ||
    error instanceof NotStartable ||
    (error instanceof Error && 'syscall' in error)
  );
}

/** The name that `env` looks up, `node` of `/usr/bin/env node`. */
function lookedUpBy(shebang: string): string | undefined {
  const [, name] = /\/env[ \t]+(?:-S[ \t]+)?([^\s=/-][^\s=/]*)(?=\s|$)/.exec(shebang) ?? [];
  return name;
}

function isInPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder || '.', program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
