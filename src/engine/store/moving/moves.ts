import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { JournalError } from '../journal-error.ts';
import type { Server } from '../postgres/server.ts';
import { sqliteStore } from '../sqlite/sqlite-store.ts';
import { type Moved, move } from './move.ts';
import { PostgresSide } from './postgres-side.ts';
import { journalIn, SqliteSide } from './sqlite-side.ts';

export interface Moving {
  /** Of the registry, with `journal.sqlite`. */
  readonly folder: string;
  readonly server: Server;
  readonly schema: string;
  /** The registry's id. */
  readonly registry: string;
  readonly onProgress?: (moved: Moved) => void;
}

/**
 * Moves a registry from its folder into a schema; its journal is put aside then. See `move`: while it is cut off, the
 * folder may be used all the same, which gives the move up.
 * @throws JournalError, Disconnected
 */
export async function moveIntoPostgres(moving: Moving): Promise<void> {
  const { folder, server, schema, registry, onProgress = () => undefined } = moving;
  const file = journalIn(folder);
  if (!existsSync(file)) throw new JournalError('failed', `there is no journal.sqlite in ${folder}`);
  const from = await sideAtRest(folder);
  try {
    const to = await PostgresSide.open(server, schema, registry, 'target');
    await move(from, to, onProgress).finally(() => to.close());
  } finally {
    await from.close();
  }
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  await rename(file, `${file}.moved-${at}`);
}

/** Moves a registry from its schema into a folder. @throws JournalError, Disconnected */
export async function moveOutOfPostgres(moving: Moving): Promise<void> {
  const { folder, server, schema, registry, onProgress = () => undefined } = moving;
  const from = await PostgresSide.open(server, schema, registry, 'source');
  try {
    const to = new SqliteSide(folder);
    await move(from, to, onProgress).finally(() => to.close());
  } finally {
    await from.close();
  }
}

/** What was in hand when it was used last is put back, and all of it is in the journal. */
async function sideAtRest(folder: string): Promise<SqliteSide> {
  const side = new SqliteSide(folder);
  // It was not used since a move was begun.
  if (await side.mark()) return side;
  await side.close();
  const how = { now: () => Date.now(), parkedFor: () => 'retry' as const, onTrouble: () => undefined };
  const store = await sqliteStore(folder).open(how);
  await store.handlers.save().finally(() => store.close());
  return new SqliteSide(folder);
}
