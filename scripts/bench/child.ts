import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of this folder in a process of its own; it ends with this one. */
export async function startChild<Ready>(program: string): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(join(import.meta.dirname, program));
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const [ready] = (await once(child, 'message')) as [Ready];
  return { child, ready };
}

/** Sends a child a message and gives its next one. */
export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}
