import { spawnSync } from 'node:child_process';
import { win32 } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * What ends processes and all that they have started where there are neither process groups nor signals; null elsewhere.
 * It finds who was started by the parents' ids: the first of a tree must still be there.
 */
export function treeEnding(
  pids: readonly number[],
  platform: NodeJS.Platform,
  environment: Variables,
): CommandLine | null {
  if (platform !== 'win32' || pids.length === 0) return null;
  const args = ['/t', '/f', ...pids.flatMap((pid) => ['/pid', String(pid)])];
  return { file: systemFile('taskkill.exe', environment), args };
}

/** As much of Node-RED's environment as a process needs that starts programs: none, but on Windows the place of cmd.exe. */
export function startersVariables(
  platform: NodeJS.Platform,
  environment: Variables,
): Readonly<Record<string, string>> {
  return platform === 'win32' ? { ComSpec: systemFile('cmd.exe', environment) } : {};
}

/** Not looked for in PATH, nor in the folder of a script. */
function systemFile(name: string, environment: Variables): string {
  const [, root] = Object.entries(environment).find(([key]) => key.toLowerCase() === 'systemroot') ?? [];
  return win32.join(root || 'C:\\Windows', 'System32', name);
}

/**
 * On Windows ends processes and all that they have started before it returns, as whoever is about to end himself must.
 * @returns whether that was done: false on other systems
 */
export function endTreesNow(pids: readonly number[]): boolean {
  const command = treeEnding(pids, process.platform, process.env);
  if (command) spawnSync(command.file, command.args, { stdio: 'ignore', windowsHide: true });
  return command !== null;
}
