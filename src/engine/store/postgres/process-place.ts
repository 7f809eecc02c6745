import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where a process runs, for who can look from the same place whether it does still. */
export interface ProcessPlace {
  /** The same for all who see the same processes. */
  readonly machine: string;
  readonly pid: number;
  /** Tells it from a later one with its number; empty: nothing does. */
  readonly began: string;
}

export function ownPlace(): ProcessPlace {
  return { machine: machine(), pid: process.pid, began: beganAt(process.pid) ?? '' };
}

/** Whether a process is certainly gone; one of another machine never is. */
export function isGone({ machine: of, pid, began }: ProcessPlace): boolean {
  if (of !== machine()) return false;
  if (!isRunning(pid)) return true;
  return began !== '' && beganAt(pid) !== began;
}

/** On Linux containers of one machine may see other processes under the same numbers, and have any name. */
function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** @see proc_pid_stat(5): the 22nd field, where the second one is in brackets */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
