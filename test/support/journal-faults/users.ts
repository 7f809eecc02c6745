import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** How a process uses a journal: see user.ts. */
export interface UserOptions {
  readonly folder: string;
  /** What it writes down. It tells, too, of those who used the journal before. */
  readonly diary: string;
  readonly seed: number;
  /** Groups of operations in its load. */
  readonly length: number;
  /** So many groups are under way at a time. 1: each is answered, or refused, before the next. */
  readonly ahead: number;
  /** Whether it closes the journal before it ends. */
  readonly closes: boolean;
}

export function userProgram(options: UserOptions): string[] {
  return [process.execPath, join(import.meta.dirname, 'user.ts'), JSON.stringify(options)];
}

export function startUser(options: UserOptions) {
  const [program = '', ...args] = userProgram(options);
  return runProgram(program, args, options.diary);
}

/** A program whose output is the diary. It does not outlive this process. */
export function runProgram(program: string, args: readonly string[], diary: string) {
  const output = openSync(diary, 'a');
  const child = spawn(program, args, { stdio: ['ignore', output, 'inherit', 'ipc'] });
  closeSync(output);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').finally(() => process.off('exit', kill));
  return { kill, ended, isOpen: Promise.race([once(child, 'message'), ended]) };
}
