import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { z } from 'zod';
import { nodeIdSchema } from '../../words/handler.ts';
import { type HandlerBook, type KeptOverride, keptOverrideSchema } from '../handler-book.ts';
import { JournalError } from '../journal-error.ts';
import { asideOf } from './aside.ts';

export const registryDataSchema = z.object({
  version: z.literal(1),
  /** The number that was given last; numbers are never reused. */
  lastNumber: z.int().min(0),
  numbers: z.record(nodeIdSchema, z.int().min(1)),
  overrides: z.record(nodeIdSchema, keptOverrideSchema),
  /** Of the registry as a whole; absent while it is not held. */
  hold: keptOverrideSchema.optional(),
});
export type RegistryData = z.infer<typeof registryDataSchema>;
const nothing: RegistryData = { version: 1, lastNumber: 0, numbers: {}, overrides: {} };

/** Where the same is kept a second time: in the journal. */
export interface Book {
  /** As it was kept last; null when it never was. */
  readonly text: string | null;
  keep(text: string): Promise<void>;
}

export interface OpenRegistryFile {
  readonly data: RegistryData;
  /** Writes `data` atomically, unless it is what the file holds. @throws when the folder can not be written */
  save(): Promise<void>;
  /** The file was damaged or missing: where it is, what was rebuilt and what is lost. */
  readonly notice: string | null;
}

/**
 * Opens `<folder>/registry.json`: handler numbers and overrides. When it is missing or damaged, both are rebuilt from
 * the journal, as far as that has them; a damaged file is moved aside, never overwritten.
 * @param remembered handler numbers by node id in the journal's log, for a journal without a book
 * @throws JournalError of kind `newer` when a newer version has written it
 */
export async function openRegistryFile(
  folder: string,
  remembered: () => Promise<Readonly<Record<string, number>>>,
  book?: Book,
): Promise<OpenRegistryFile> {
  const file = join(folder, 'registry.json');
  const db = new Low<RegistryData | null>(new JSONFile(file), null);
  let damage: string | null = null;
  try {
    await db.read();
    refuseNewer(db.data);
    if (db.data !== null) db.data = registryDataSchema.parse(db.data);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = asideOf(file, 'damaged');
    await rename(file, aside);
    damage = `registry.json was damaged and has been moved to ${aside}`;
    db.data = null;
  }
  let written = JSON.stringify(db.data);
  const copy = fromBook(book?.text ?? null);
  const known = db.data ?? copy;
  const data = consistent(known ?? { ...nothing, numbers: await remembered() }, copy ?? nothing);
  const rebuiltAloud = db.data === null && (damage !== null || book !== undefined);
  const notice = rebuiltAloud ? noticeOf(damage, data, known !== null) : null;
  db.data = data;
  let kept = book?.text ?? null;
  const save = async () => {
    const text = JSON.stringify(data);
    if (text !== written) {
      await db.write();
      written = text;
    }
    if (book && text !== kept) {
      await book.keep(text);
      kept = text;
    }
  };
  return { data, notice, save };
}

/** A handler book in registry.json. */
export class FileBook implements HandlerBook {
  readonly #file: OpenRegistryFile;

  constructor(file: OpenRegistryFile) {
    this.#file = file;
  }

  /** Kept by `save`. */
  async number(handlers: readonly string[]): Promise<void> {
    const { data } = this.#file;
    for (const handler of handlers) data.numbers[handler] ??= ++data.lastNumber;
  }

  numberOf(handler: string): number {
    return this.#file.data.numbers[handler] ?? 0;
  }

  overrideOf(handler: string): KeptOverride | null {
    return this.#file.data.overrides[handler] ?? null;
  }

  override(handler: string, override: KeptOverride | null): void {
    const { overrides } = this.#file.data;
    if (override) overrides[handler] = override;
    else delete overrides[handler];
  }

  overridden(): readonly string[] {
    return Object.keys(this.#file.data.overrides);
  }

  hold(): KeptOverride | null {
    return this.#file.data.hold ?? null;
  }

  holdAll(hold: KeptOverride | null): void {
    if (hold) this.#file.data.hold = hold;
    else delete this.#file.data.hold;
  }

  save(): Promise<void> {
    return this.#file.save();
  }
}

function refuseNewer(data: Partial<RegistryData> | null): void {
  if (Number(data?.version) > 1) {
    throw new JournalError('newer', 'registry.json was written by a newer version: update the package');
  }
}

/**
 * Whatever the file says, a number is not given twice: the journal knows of those that an older copy of it lacks. And a
 * node id such as `constructor` is no property of an object.
 */
function consistent(
  { version, lastNumber, numbers, overrides, hold }: RegistryData,
  copy: RegistryData,
): RegistryData {
  const all: Record<string, number> = Object.assign(Object.create(null), copy.numbers, numbers);
  return {
    version,
    lastNumber: Math.max(lastNumber, copy.lastNumber, ...Object.values(all)),
    numbers: all,
    overrides: Object.assign(Object.create(null), overrides),
    ...(hold && { hold }),
  };
}

/** What the journal has of it; null when it has nothing that can be used. */
function fromBook(text: string | null): RegistryData | null {
  try {
    return text === null ? null : registryDataSchema.parse(JSON.parse(text));
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** A new registry has nothing to tell: neither numbers nor switches. */
function noticeOf(
  damage: string | null,
  { numbers, overrides, hold }: RegistryData,
  complete: boolean,
): string | null {
  if (damage === null && Object.keys(numbers).length === 0) return null;
  const what = damage ?? 'registry.json was missing';
  if (!complete) {
    return `${what}; handler numbers were rebuilt from the journal, operators' switches are lost: check the handlers' status`;
  }
  const switches = Object.entries(overrides).map(([id, { status }]) => `${id} ${status}`);
  if (hold) switches.unshift('the whole registry held');
  const switched = switches.length === 0 ? 'none was in force' : switches.join(', ');
  return `${what}; handler numbers and operators' switches were rebuilt from the journal: ${switched}`;
}

function isDamage(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError;
}
