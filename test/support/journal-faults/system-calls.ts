import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, type UserOptions, userProgram } from './users.ts';

/** What the journal's files are written with. */
const writing = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'unlinkat'];
const traced = [...writing, 'write', 'openat'];

/** Whether system calls can be watched, and made to fail, here. */
export function canTrace(): boolean {
  try {
    const options = ['-qq', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true'];
    execFileSync('strace', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Which system calls something is done to. Each thread counts its own, of each kind. */
export interface Injection {
  readonly call: string;
  /** Those of the main thread alone, or those of each thread. */
  readonly thread: 'main' | 'each';
  readonly from: number;
  /** Absent: that one alone. */
  readonly to?: number | 'ever';
  readonly effect: 'signal=KILL' | 'error=EIO' | 'error=ENOSPC';
}

export type Boundary = Pick<Injection, 'call' | 'thread' | 'from'>;

/**
 * Has somebody use a journal until that ends, or is killed.
 * @param log where its system calls are written down, with what they write
 */
export async function traceUser(options: UserOptions, injection?: Injection, log?: string): Promise<void> {
  const paths = filesOf(options).flatMap((path) => ['-P', path]);
  // Signals are passed over where the kernel filters.
  const filter = injection?.effect === 'signal=KILL' ? [] : ['--seccomp-bpf'];
  const threads = injection?.thread === 'main' ? [] : ['-f', ...filter];
  const watching = ['-e', `trace=${traced.map((call) => `?${call}`).join(',')}`];
  const writingDown = log ? ['-y', '-xx', '-s', '70000', '-o', log] : ['-o', '/dev/null'];
  const injecting = injection
    ? ['-e', `inject=${injection.call}:${injection.effect}:when=${when(injection)}`]
    : [];
  const args = [
    '-qq',
    ...threads,
    ...paths,
    ...watching,
    ...injecting,
    ...writingDown,
    ...userProgram(options),
  ];
  await runProgram('strace', args, options.diary).ended;
}

function filesOf({ folder, diary }: UserOptions): string[] {
  const file = join(folder, 'journal.sqlite');
  return [folder, diary, ...['', '-wal', '-journal', '-mark'].map((part) => file + part)];
}

function when({ from, to }: Injection): string {
  if (to === undefined) return String(from);
  return to === 'ever' ? `${from}+` : `${from}..${to}`;
}

/** A system call as it was written down. */
interface Line {
  readonly thread: string;
  readonly call: string;
  readonly args: string;
  result: string;
}

/** In the order of what they do: what is synced is so when the call is over, all others count as they begin. */
function linesOf(log: string): Line[] {
  const lines: Line[] = [];
  const open = new Map<string, Line>();
  for (const text of readFileSync(log, 'latin1').split('\n')) {
    const [, thread = '', what = ''] = /^(\d+) +(.*)$/.exec(text) ?? [];
    const resumed = what.startsWith('<... ') && open.get(thread);
    const [, call, args = ''] = /^(\w+)\((.*)$/.exec(what) ?? [];
    if (resumed) {
      resumed.result = resultIn(what);
      if (isSync(resumed)) lines.push(resumed);
    } else if (call) {
      const line = { thread, call, args, result: resultIn(what) };
      open.set(thread, line);
      if (!isSync(line) || !what.endsWith('<unfinished ...>')) lines.push(line);
    }
  }
  return lines;
}

function resultIn(text: string): string {
  return /\) += (-?\d+)/.exec(text)?.[1] ?? '';
}

function isSync({ call }: Line): boolean {
  return call === 'fsync' || call === 'fdatasync';
}

/** All that can be told apart in such a log: what each thread does first, second and so on. */
export function boundariesIn(log: string): Boundary[] {
  const lines = linesOf(log).filter(({ call }) => writing.includes(call));
  // It is the first to use the diary.
  const main = linesOf(log).find(({ call }) => call === 'write')?.thread;
  const most = new Map<string, Boundary>();
  const counts = new Map<string, number>();
  for (const { thread, call } of lines) {
    const from = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, from);
    const of = thread === main ? 'main' : 'each';
    most.set(`${of} ${call} ${from}`, { call, thread: of, from });
  }
  return [...most.values()];
}

/** The syncs of the write-ahead log that are for more than one commit: those before it were not waited for. */
export function lateSyncsIn(log: string): Boundary[] {
  const counts = new Map<string, number>();
  let commits = 0;
  return linesOf(log).flatMap((line) => {
    const effect = effectOf(line);
    if (effect?.kind === 'write' && endsCommit(effect)) commits += 1;
    if (effect?.kind !== 'sync') return [];
    const from = (counts.get(line.thread) ?? 0) + 1;
    counts.set(line.thread, from);
    const isLate = isLog(effect.file) && commits > 1;
    if (isLog(effect.file)) commits = 0;
    return isLate ? [{ call: line.call, thread: 'each', from }] : [];
  });
}

/** The head of a frame tells the size of the file where it is the last one of a commit. */
function endsCommit({ file, data }: Extract<Effect, { kind: 'write' }>): boolean {
  return isLog(file) && data.length === 24 && data.readUInt32BE(4) > 0;
}

function isLog(file: string): boolean {
  return file.endsWith('-wal');
}

/** What a system call does to a file; `told`: a line is written to the diary. */
export type Effect =
  | { readonly kind: 'told' }
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'size'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string; readonly fails: boolean }
  | { readonly kind: 'made' | 'removed'; readonly file: string };

export function effectsIn(log: string): Effect[] {
  return linesOf(log).flatMap((line) => effectOf(line) ?? []);
}

function effectOf({ call, args, result }: Line): Effect | undefined {
  const fails = result.startsWith('-');
  const [first = '', second = ''] = Array.from(
    args.matchAll(/[<"]((?:\\x[0-9a-f]{2})*)[>"]/g),
    ([, hex = '']) => hex,
  );
  const file = unhex(first).toString();
  if (call === 'fsync' || call === 'fdatasync') return { kind: 'sync', file, fails };
  if (call === 'write') return { kind: 'told' };
  if (fails) return undefined;
  switch (call) {
    case 'pwrite64': {
      const [, offset] = /, (\d+)(?:\)| <unfinished)/.exec(args.slice(args.lastIndexOf('"'))) ?? [];
      const [, length] = /^", (\d+)/.exec(args.slice(args.lastIndexOf('"'))) ?? [];
      const data = unhex(second);
      if (data.length !== Number(length)) throw new Error(`not all that was written is known: ${length}`);
      return { kind: 'write', file, offset: Number(offset), data };
    }
    case 'ftruncate':
      return { kind: 'size', file, size: Number(/>, (\d+)/.exec(args)?.[1]) };
    case 'openat':
      return /O_CREAT/.test(args) ? { kind: 'made', file: unhex(second).toString() } : undefined;
    default:
      return { kind: 'removed', file: call === 'unlinkat' ? unhex(second).toString() : file };
  }
}

function unhex(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
