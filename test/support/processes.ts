import { existsSync, readFileSync } from 'node:fs';

/** The process ids that a program wrote to a file, separated by spaces. */
export function readPids(file: string): number[] {
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

/** A zombie is dead: whoever inherited it has not looked yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return existsSync('/proc/self/stat') ? !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) : true;
  } catch {
    return false;
  }
}
