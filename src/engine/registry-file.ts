import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { z } from 'zod';
import { nodeIdSchema } from './handler.ts';

const overrideSchema = z.object({
  status: z.enum(['enabled', 'disabled']),
  by: z.string().nullable(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
});

/** An operator's switch of a handler that differs from what the flow says. */
export type Override = z.infer<typeof overrideSchema>;

const registryDataSchema = z.object({
  version: z.literal(1),
  /** The number that was given last; numbers are never reused. */
  lastNumber: z.int().min(0),
  numbers: z.record(nodeIdSchema, z.int().min(1)),
  overrides: z.record(nodeIdSchema, overrideSchema),
});
export type RegistryData = z.infer<typeof registryDataSchema>;

/** Handler numbers by node id, as the journal's executions remember them. */
export type RememberedNumbers = Readonly<Record<string, number>>;

export interface OpenRegistryFile {
  readonly data: RegistryData;
  /** Writes `data` atomically. @throws when the folder can not be written */
  save(): Promise<void>;
  /** A damaged file was moved aside: where it is and what was lost. */
  readonly notice: string | null;
}

/**
 * Opens `<folder>/registry.json`: handler numbers and overrides. When it is missing or damaged, the numbers are
 * rebuilt from what the journal remembers; a damaged file is moved aside, never overwritten.
 */
export async function openRegistryFile(
  folder: string,
  remembered: () => Promise<RememberedNumbers>,
): Promise<OpenRegistryFile> {
  const file = join(folder, 'registry.json');
  const db = new Low<RegistryData | null>(new JSONFile(file), null);
  let notice: string | null = null;
  try {
    await db.read();
    if (db.data !== null) db.data = registryDataSchema.parse(db.data);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(file, aside);
    notice = `registry.json was damaged and has been moved to ${aside}; handler numbers were rebuilt from the journal, operators' switches are lost: check the handlers' status`;
    db.data = null;
  }
  const data = db.data ?? rebuilt(await remembered());
  db.data = data;
  return { data, notice, save: () => db.write() };
}

function rebuilt(numbers: RememberedNumbers): RegistryData {
  return {
    version: 1,
    lastNumber: Math.max(0, ...Object.values(numbers)),
    numbers: { ...numbers },
    overrides: {},
  };
}

function isDamage(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError;
}
