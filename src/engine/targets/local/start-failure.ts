import { failure } from '../outcome.ts';
import { ScriptRefused } from '../script-folders.ts';
import type { Outcome } from '../target.ts';
import { StarterLost } from './starter.ts';

/** The outcome of an attempt whose script did not start. */
export function startFailure(command: string, error: Error & { code?: unknown }): Outcome {
  if (error instanceof ScriptRefused) return failure(error.message);
  // It says nothing of this script: one such end must not open the circuits of all.
  if (error instanceof StarterLost) return failure(error.message);
  const code = typeof error.code === 'string' ? error.code : '';
  // What an argument or a variable of the environment can not carry comes with the event, or is configured.
  if (code.startsWith('ERR_INVALID_')) return failure(`${command} can not be started: ${error.message}`);
  return failure(sentences[code]?.(command) ?? error.message, { outage: true });
}

const sentences: Record<string, (command: string) => string> = {
  EACCES: (command) => `${command} may not be executed: chmod +x ${command}`,
  ENOENT: (command) =>
    `${command} can not be started: its first line names an interpreter that does not exist (or ends as lines do on Windows)`,
  ENOEXEC: notStartable,
  ETXTBSY: (command) => `${command} is being written by somebody: try again when it is closed`,
  EAGAIN: noRoom,
  EMFILE: noRoom,
  ENFILE: noRoom,
  ENOMEM: noRoom,
};

/** The system does not know how to start the file. */
export class NotStartable extends Error {
  readonly code = 'ENOEXEC';
}

function notStartable(command: string): string {
  return `${command} can not be started: its first line must name its interpreter, such as #!/bin/sh`;
}

function noRoom(command: string): string {
  return `${command} can not be started: the system has no room for another process; lower the handler's concurrency, or raise the limit`;
}
