import { type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sign } from '../../engine/words/diagnosis.ts';
import { messageOf } from '../../engine/words/errors.ts';
import { checkDisk, checkSyncTimes } from './disk.ts';
import { signOf } from './sign.ts';

/** Beyond these, in bytes, there is room for what comes; below the second one journals soon can't be written. */
const plenty = 1024 ** 3;
const little = 100 * 1024 ** 2;

/** A journal commits pages of this size, in bytes. */
const page = Buffer.alloc(4096);

/** How often the disk is asked to sync at most, and for how long, in ms, before the next time is left out. */
const mostSyncs = 15;
const patience = 1500;
/** Ms after which a disk that has not answered is said to be silent. */
const silence = 4000;

/** By folder. A silent disk is asked once, however often one looks: each question would hold a thread of the process. */
const asked = new Map<string, Promise<Sign[]>>();

/**
 * Looks at the folder where registries keep what they have: writes to it, and syncs, off the event loop's way. What it
 * writes is removed again.
 * @param isInUse whether any registry keeps something there; else it need not exist yet
 * @param signal leaves out what is not done by then
 */
export async function checkFolder(folder: string, isInUse: boolean, signal: AbortSignal): Promise<Sign[]> {
  const answer = asked.get(folder) ?? ask(folder, isInUse, signal).finally(() => asked.delete(folder));
  asked.set(folder, answer);
  const answered = new AbortController();
  const silent = [
    signOf('error', 'folder', 'silent', { subject: folder, values: { seconds: String(silence / 1000) } }),
  ];
  try {
    return await Promise.race([answer, sleep(silence, silent, { signal: answered.signal })]);
  } finally {
    answered.abort();
  }
}

async function ask(folder: string, isInUse: boolean, signal: AbortSignal): Promise<Sign[]> {
  const about = { subject: folder };
  if (!isInUse && (await isAbsent(folder))) return [signOf('ok', 'folder', 'absent', about)];
  const file = join(folder, `.doctor-${process.pid}`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'w', 0o600);
    const times = await timeSyncs(handle, signal);
    return [
      signOf('ok', 'folder', 'writable', about),
      ...(await checkRoom(folder)),
      ...(times.length > 0 ? [checkSyncTimes(times, folder)] : []),
    ];
  } catch (error) {
    return [signOf('error', 'folder', 'unwritable', { ...about, values: { reason: messageOf(error) } })];
  } finally {
    await handle?.close().catch(() => undefined);
    if (handle) await rm(file, { force: true }).catch(() => undefined);
  }
}

/** How long each of some writes took to be on the disk, in ms. @throws when the disk refuses */
async function timeSyncs(handle: FileHandle, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  const began = performance.now();
  while (times.length < mostSyncs && performance.now() - began < patience && !signal.aborted) {
    await handle.write(page, 0, page.length, 0);
    const before = performance.now();
    await handle.sync();
    times.push(performance.now() - before);
  }
  return times;
}

async function checkRoom(folder: string): Promise<Sign[]> {
  const { type, bsize, bavail } = await statfs(folder);
  return [roomSign(bsize * bavail, folder), checkDisk(type, process.platform, folder)];
}

/** @param free bytes */
export function roomSign(free: number, folder: string): Sign {
  const [level, sign] =
    free < little
      ? (['error', 'noRoom'] as const)
      : free < plenty
        ? (['warning', 'littleRoom'] as const)
        : (['ok', 'room'] as const);
  return signOf(level, 'folder', sign, { subject: folder, values: { free: sizeOf(free) } });
}

function sizeOf(bytes: number): string {
  const isSmall = bytes < 1024 ** 3;
  return isSmall ? `${Math.floor(bytes / 1024 ** 2)} MiB` : `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

async function isAbsent(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
