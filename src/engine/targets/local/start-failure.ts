import { existsSync } from 'node:fs';
import { failure, type Outcome, outage } from '../../words/outcome.ts';
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
    return outage(`${command} can not be started: ${error.message}`);
  }
  const code = typeof error.code === 'string' ? error.code : '';
  // What an argument or a variable of the environment can not carry comes with the event, or is configured.
  if (code.startsWith('ERR_INVALID_')) return failure(`${command} can not be started: ${error.message}`);
  const happened = script && whatHappened(code, script);
  return outage(happened ? `${command} ${happened}` : error.message);
}

/** Continues a sentence that begins with the command; undefined where it is not the system that has refused. */
function whatHappened(code: string, { file, stats }: Script): string | undefined {
  const shebang = headOf(file)?.shebang ?? null;
  const interpreter = shebang === null ? null : interpreterOf(shebang);
  switch (code) {
    case 'EACCES':
    case 'EPERM': {
      if ((stats.mode & 0o111) === 0) return `may not be executed: chmod +x ${file}`;
      const others = interpreter === null ? '' : ` and at those of its interpreter ${interpreter}`;
      return `may not be executed by Node-RED's user: look at its permissions${others}, and whether its file system is mounted with noexec`;
    }
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
      if (interpreter === null)
        return 'can not be started: it needs a loader that is not here, as it was made for another system';
      return existsSync(interpreter)
        ? `can not be started: something that its interpreter ${interpreter} needs is not here`
        : `can not be started: its first line names an interpreter that does not exist, ${interpreter}: install it, or correct the line`;
    case 'ENOEXEC':
    case 'EBADARCH':
      return interpreter === null
        ? 'can not be started: it was made for another kind of machine'
        : `can not be started: its first line names what is no interpreter to the system, ${interpreter}: correct the line`;
    case 'ETXTBSY':
      return 'is being written by somebody: try again when it is closed';
    case 'E2BIG':
      return 'can not be started: its arguments and variables are longer than the system hands over; shorten them, or put them into a file';
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return "can not be started: the system has no room for another process; lower the handler's concurrency, or raise the limit";
    default:
      return code === '' ? undefined : `can not be started: the system answers ${code}`;
  }
}
