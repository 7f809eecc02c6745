import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Effect } from './system-calls.ts';

/** A file as programs see it, and what of it the disk has for sure. */
class DiskFile {
  #seen: Buffer;
  #sure: Buffer;
  /** What was in each sector since it was synced last, oldest first. */
  #unsure = new Map<number, Buffer[]>();
  #sizes: number[] = [];
  readonly #sector: number;

  constructor(sector: number, content: Buffer = Buffer.alloc(0)) {
    this.#sector = sector;
    this.#seen = Buffer.from(content);
    this.#sure = content;
  }

  write(offset: number, data: Buffer): void {
    const end = offset + data.length;
    if (end > this.#seen.length) this.#resize(end);
    data.copy(this.#seen, offset);
    this.#change(offset, end);
  }

  resize(size: number): void {
    const before = this.#seen.length;
    this.#resize(size);
    // What is cut off is zeros, should the file grow again.
    this.#change(size, before);
  }

  sync(): void {
    // A file's size is known to the system itself: no sync that failed makes it forget that.
    this.#sizes.push(this.#seen.length);
    this.#sure = this.left(() => 0, 1);
    this.#forget();
  }

  /** What was to be synced counts as clean from now on, be it on the disk or not. */
  failSync(random: () => number): void {
    this.#sure = this.left(random);
    this.#forget();
  }

  /** What may be on the disk now. @param share of what was written last, sector by sector */
  left(random: () => number, share = shareBy(random)): Buffer {
    const sizes = [this.#sure.length, ...this.#sizes];
    const chosen = <T>(versions: readonly T[]) => versions[pick(versions.length, share, random)] as T;
    const content = Buffer.from(resized(this.#sure, Math.max(...sizes)));
    for (const [sector, later] of this.#unsure) {
      const at = sector * this.#sector;
      const before = content.subarray(at, at + this.#sector);
      chosen([Buffer.from(before), ...later]).copy(content, at);
    }
    return resized(content, chosen(sizes));
  }

  #resize(size: number): void {
    this.#seen = resized(this.#seen, size);
    this.#sizes.push(size);
  }

  #change(from: number, to: number): void {
    for (let sector = Math.floor(from / this.#sector); sector * this.#sector < to; sector += 1) {
      const at = sector * this.#sector;
      const now = resized(this.#seen.subarray(at, at + this.#sector), this.#sector);
      this.#unsure.set(sector, [...(this.#unsure.get(sector) ?? []), Buffer.from(now)]);
    }
  }

  #forget(): void {
    this.#unsure = new Map();
    this.#sizes = [];
  }
}

/** Now and then all has come there, or nothing. */
function shareBy(random: () => number): number {
  return [0, 1, 0.5, random()][Math.floor(random() * 4)] ?? 0;
}

/** The last one by this chance; else any of those before. */
function pick(count: number, share: number, random: () => number): number {
  return random() < share ? count - 1 : Math.floor(random() * Math.max(1, count - 1));
}

function resized(content: Buffer, size: number): Buffer {
  if (size <= content.length) return content.subarray(0, size);
  return Buffer.concat([content, Buffer.alloc(size - content.length)]);
}

type Change = Extract<Effect, { kind: 'write' } | { kind: 'size' } | { kind: 'sync' }>;

interface DiskOptions {
  /** Bytes that are written as one. */
  readonly sector: number;
  readonly random: () => number;
}

/**
 * The disk under a folder, by what was done there: of what was not synced, any of it may get lost when the power fails.
 * Names of files are noted in their order, and are sure once the folder is synced.
 */
export class Disk {
  readonly #folder: string;
  readonly #options: DiskOptions;
  /** Files by their names, as programs see them. */
  readonly #seen = new Map<string, DiskFile>();
  #sure = new Map<string, DiskFile>();
  #unsure: (readonly [string, DiskFile | undefined])[] = [];

  /** @param folder as it is before anything is done */
  constructor(folder: string, options: DiskOptions) {
    this.#folder = folder;
    this.#options = options;
    for (const name of readdirSync(folder).filter(isKept)) {
      const file = new DiskFile(options.sector, readFileSync(join(folder, name)));
      this.#seen.set(name, file);
      this.#sure.set(name, file);
    }
  }

  apply(effect: Effect): void {
    if (effect.kind === 'told') return;
    const name = basename(effect.file);
    switch (effect.kind) {
      case 'made':
      case 'removed':
        return isKept(name) ? this.#name(name, effect.kind === 'made') : undefined;
      case 'sync':
        if (effect.file !== this.#folder) break;
        return effect.fails ? undefined : this.#syncNames();
    }
    if (isKept(name)) this.#change(this.#seen.get(name), effect);
  }

  #change(file: DiskFile | undefined, effect: Change): void {
    if (!file) throw new Error(`${effect.file} was not made`);
    if (effect.kind === 'write') file.write(effect.offset, effect.data);
    else if (effect.kind === 'size') file.resize(effect.size);
    else if (effect.fails) file.failSync(this.#options.random);
    else file.sync();
  }

  /** Makes a folder of what may be left when the power fails now. */
  leaveTo(folder: string): void {
    const { random } = this.#options;
    mkdirSync(folder);
    const names = new Map(this.#sure);
    const noted = Math.floor(random() * (this.#unsure.length + 1));
    for (const [name, file] of this.#unsure.slice(0, noted)) rename(names, name, file);
    for (const [name, file] of names) writeFileSync(join(folder, name), file.left(random));
  }

  #name(name: string, isMade: boolean): void {
    if (isMade && this.#seen.has(name)) return;
    const file = isMade ? new DiskFile(this.#options.sector) : undefined;
    rename(this.#seen, name, file);
    this.#unsure.push([name, file]);
  }

  #syncNames(): void {
    for (const [name, file] of this.#unsure) rename(this.#sure, name, file);
    this.#unsure = [];
  }
}

function rename(names: Map<string, DiskFile>, name: string, file: DiskFile | undefined): void {
  if (file) names.set(name, file);
  else names.delete(name);
}

/** The shared memory beside the log is made anew by whoever opens the journal. */
function isKept(name: string): boolean {
  return name.startsWith('journal.sqlite') && !name.endsWith('-shm');
}
