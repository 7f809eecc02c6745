import type { Query } from '../connection.ts';
import type { Ask } from '../named-values.ts';

/** The table with the words of a slice. */
export function tableOf(slice: number): string {
  return `texts_${slice}`;
}

/**
 * Makes that table. Its index gathers a MB of words before it puts them in order, which takes a third of the time; a
 * search goes through what is gathered.
 */
export async function createTable(ask: Ask, slice: number): Promise<void> {
  const table = tableOf(slice);
  await ask(
    `create table ${table}(seq bigint primary key, started_at bigint not null, words tsvector not null)`,
  );
  await ask(
    `create index ${table}_by_word on ${table} using gin(words) with (gin_pending_list_limit = 1024)`,
  );
}

/** Drops slices, with their tables. */
export async function dropSlices(query: Query, slices: readonly number[]): Promise<void> {
  if (slices.length === 0) return;
  await query(`drop table ${slices.map(tableOf)}`);
  await query('delete from text_slices where id = any($1::integer[])', [slices]);
}

export async function dropAllSlices(query: Query): Promise<void> {
  const slices = await query('select id from text_slices', []);
  await dropSlices(
    query,
    slices.map(({ id }) => Number(id)),
  );
}
