import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process of this machine, as it was when it was looked at. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Known on Linux only. */
  readonly session?: number;
  /** With the process id it names one process, for an id is given anew. On Linux ticks since the machine's start. */
  readonly start: string;
  /** Gone, and only not looked after by its parent. */
  readonly dead: boolean;
}

/** Linux shows processes as files; elsewhere only a program lists them. */
export const hasProc = process.platform === 'linux' && existsSync('/proc/self/stat');
/** Reading goes on so long, in ms, before others in this process have their turn. */
const sliceMs = 2;
const ps = ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='];
const psOptions = {
  encoding: 'utf8',
  maxBuffer: 1 << 24,
  env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
} as const;

/** One process, read at once; undefined when it is gone, or where there is no `/proc`. */
export function processOf(pid: number): Process | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/**
 * All processes, for whoever has no time to wait: nothing else happens in this process meanwhile. None where they can
 * not be listed.
 */
export function processesNow(): readonly Process[] {
  try {
    return hasProc ? [...procProcesses()] : parsePs(execFileSync('ps', ps, psOptions));
  } catch {
    return [];
  }
}

let listing: Promise<unknown> = Promise.resolve();
let next: Promise<readonly Process[]> | undefined;

/**
 * All processes, without holding up anything else for long. The list is begun after the call; calls that come while
 * another one is made share the next.
 */
export function processes(): Promise<readonly Process[]> {
  next ??= listing.then(list, list);
  return next;
}

function list(): Promise<readonly Process[]> {
  const made = hasProc ? inSlices(procProcesses()) : listedByPs();
  listing = made;
  next = undefined;
  return made;
}

/** All of what is read while it is asked for, and others in this process have their turn in between. */
export async function inSlices<T>(all: Iterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  let until = performance.now() + sliceMs;
  for (const one of all) {
    found.push(one);
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + sliceMs;
  }
  return found;
}

function* procProcesses(): Iterable<Process> {
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) && processOf(Number(name));
    if (found) yield found;
  }
}

/** `pid (name) state parent group session …`; a name may hold anything. */
function parseStat(text: string): Process {
  const [state = '', parent, group, session, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: rest[15] ?? '',
    dead: 'ZXx'.includes(state),
  };
}

async function listedByPs(): Promise<readonly Process[]> {
  return parsePs((await promisify(execFile)('ps', ps, psOptions)).stdout);
}

/** The output of `ps -A -o pid=,ppid=,pgid=,stat=,lstart=`. */
export function parsePs(output: string): readonly Process[] {
  return Array.from(output.matchAll(/^ *(\d+) +(\d+) +(\d+) +(\S+) +(.+?) *$/gm), (found) => ({
    pid: Number(found[1]),
    parent: Number(found[2]),
    group: Number(found[3]),
    start: found[5] ?? '',
    dead: found[4]?.startsWith('Z') ?? false,
  }));
}

const environments = new WeakMap<Process, Promise<Buffer | undefined>>();

/**
 * The environment that a process was started with, between two NULs each variable; undefined when it belongs to
 * another user, is gone, or where there is no `/proc`.
 */
export function environmentAt(found: Process): Promise<Buffer | undefined> {
  const known = environments.get(found) ?? readEnvironment(found.pid).catch(() => undefined);
  environments.set(found, known);
  return known;
}

async function readEnvironment(pid: number): Promise<Buffer | undefined> {
  const { uid } = await stat(`/proc/${pid}`);
  if (uid !== process.geteuid?.()) return undefined;
  return Buffer.concat([Buffer.of(0), await readFile(`/proc/${pid}/environ`)]);
}
