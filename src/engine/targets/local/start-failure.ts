import { existsSync } from 'node:fs';
import { failure, type Outcome } from '../../words/outcome.ts';
import { headOf, interpreterOf } from './file-head.ts';
import { type Script, ScriptRefused } from './script-folders.ts';
import { StarterLost } from './starter.ts';
import { NotStartable } from './way-to-start.ts';

/**
 * The outcome of an attempt whose script did not start.
 * @param script as it is now, where it is found
 */
export function startFailure(
  command: string,
  error: Error & { code?: unknown },
  script: Script | undefined,
): Outcome {
  if (error instanceof ScriptRefused) return failure(error.message);
  // It says nothing of this script: one such end must not open the circuits of all.
  if (error instanceof StarterLost) return failure(error.message);
  if (error instanceof NotStartable) {
    return failure(`${command} can not be started: ${error.message}`, { outage: true });
  }
  const code = typeof error.code === 'string' ? error.code : '';
  // What an argument or a variable of the environment can not carry comes with the event, or is configured.
  if (code.startsWith('ERR_INVALID_')) return failure(`${command} can not be started: ${error.message}`);
  const sentence = script && sentences[code]?.(command, script);
  return failure(sentence ?? error.message, { outage: true });
}

const sentences: Readonly<Record<string, (command: string, script: Script) => string>> = {
  EACCES: forbidden,
  EPERM: forbidden,
  ENOENT: nothingThere,
  ENOTDIR: nothingThere,
  ELOOP: nothingThere,
  ENOEXEC: unknownToSystem,
  EBADARCH: unknownToSystem,
  ETXTBSY: (command) => `${command} is being written by somebody: try again when it is closed`,
  EAGAIN: noRoom,
  EMFILE: noRoom,
  ENFILE: noRoom,
  ENOMEM: noRoom,
};

function shebangOf({ file }: Script): string | null {
  return headOf(file)?.shebang ?? null;
}

function forbidden(command: string, script: Script): string {
  if ((script.stats.mode & 0o111) === 0) return `${command} may not be executed: chmod +x ${script.file}`;
  const shebang = shebangOf(script);
  const others = shebang === null ? '' : ` and at those of its interpreter ${interpreterOf(shebang)}`;
  return `${command} may not be executed by Node-RED's user: look at its permissions${others}, and whether its file system is mounted with noexec`;
}

function nothingThere(command: string, script: Script): string {
  const shebang = shebangOf(script);
  if (shebang === null) {
    return `${command} can not be started: it needs a loader that is not here, as it was made for another system`;
  }
  const interpreter = interpreterOf(shebang);
  return existsSync(interpreter)
    ? `${command} can not be started: something that its interpreter ${interpreter} needs is not here`
    : `${command} can not be started: its first line names an interpreter that does not exist, ${interpreter}: install it, or correct the line`;
}

function unknownToSystem(command: string, script: Script): string {
  const shebang = shebangOf(script);
  return shebang === null
    ? `${command} can not be started: it was made for another kind of machine`
    : `${command} can not be started: its first line names what is no interpreter to the system, ${interpreterOf(shebang)}: correct the line`;
}

function noRoom(command: string): string {
  return `${command} can not be started: the system has no room for another process; lower the handler's concurrency, or raise the limit`;
}
