import { realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';

export interface ScriptFolderOptions {
  /** Where scripts may lie; they are looked for in this order. A folder need not exist yet. */
  readonly folders: readonly string[];
  /** False: no script may run. */
  readonly enabled: boolean;
}

/** The script may not run, and was not started. */
export class ScriptRefused extends Error {}

/** There is no such script. */
export class ScriptMissing extends Error {}

export interface Script {
  /** Its real path. */
  readonly file: string;
  readonly stats: Stats;
}

/**
 * The folders that local handlers may run scripts of. Where a path leads in the end counts: neither `..` nor a
 * symbolic link leads out of them; an absolute path is as good as any if it ends inside.
 */
export class ScriptFolders {
  readonly #folders: readonly string[];
  readonly #enabled: boolean;

  constructor({ folders, enabled }: ScriptFolderOptions) {
    this.#folders = folders.map((folder) => resolve(folder));
    this.#enabled = enabled;
  }

  /**
   * Finds a script as it is now: it may be replaced between two calls. It does not wait for other file system
   * work of the process; starting the script would not either.
   * @throws ScriptRefused or ScriptMissing, naming the allowed folders
   */
  find(command: string): Script {
    if (!this.#enabled) {
      throw new ScriptRefused('local scripts are switched off by provisioning.scripts in settings.js');
    }
    if (!isNameOfFile(command)) {
      throw new ScriptRefused(
        `${JSON.stringify(command)} is no name of a script: write its path, such as crm/notify.sh, without a slash at its end or two in a row`,
      );
    }
    // Not resolved here: whether `ok.sh/../ok.sh` leads anywhere is for the system to say.
    const candidates = isAbsolute(command)
      ? [command]
      : this.#folders.map((folder) => folder + sep + command);
    const found = candidates.map(realPath).filter((file) => file !== null);
    const allowed = this.#folders.map(realPath).filter((folder) => folder !== null);
    const file = found.find((path) => allowed.some((folder) => isInside(folder, path)));
    if (file === undefined) throw this.#notFound(command, found.length > 0);
    const stats = statSync(file);
    if (!stats.isFile()) {
      throw new ScriptRefused(`${command} is a folder, a pipe or a device, and no script: name a file`);
    }
    return { file, stats };
  }

  #notFound(command: string, isElsewhere: boolean): Error {
    const folders = this.#folders.join(', ') || 'none';
    return isElsewhere
      ? new ScriptRefused(
          `${command} leads out of the allowed script folders (${folders}): move the script there`,
        )
      : new ScriptMissing(
          `${command} was not found in the allowed script folders (${folders}): put the script there`,
        );
  }
}

const separator = sep === '\\' ? /[\\/]/ : /\//;

/** Whether a path ends in a name, and has one between each two of its separators. */
function isNameOfFile(command: string): boolean {
  const segments = command.slice(isAbsolute(command) ? 1 : 0).split(separator);
  return !segments.includes('') && !/^\.{1,2}$/.test(segments.at(-1) ?? '');
}

/** Null when there is nothing, or nothing that may be looked at. */
function realPath(path: string): string | null {
  try {
    // Some C libraries' realpath goes through a file as if it were a folder; the kernel never does.
    statSync(path);
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
