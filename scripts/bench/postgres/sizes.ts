import type { Connection } from '../../../src/engine/store/postgres/connection.ts';

/** What a table takes; sizes in bytes. */
export interface TableSize {
  readonly rows: number;
  readonly indexes: number;
  /** Rows that were changed or deleted, and are not cleaned yet; as the server counts them. */
  readonly dead: number;
  /** How often it was cleaned. */
  readonly vacuums: number;
}

/** Of all tables of a schema, by name; those of words together. */
export async function sizesIn(
  { query }: Connection,
  schema: string,
): Promise<ReadonlyMap<string, TableSize>> {
  const tables = await query(
    `select regexp_replace(relname, '^texts_[0-9]+$', 'texts') as name, sum(pg_table_size(relid)) as rows,
     sum(pg_indexes_size(relid)) as indexes, sum(n_dead_tup) as dead, sum(autovacuum_count) as vacuums
     from pg_stat_user_tables where schemaname = $1 group by name`,
    [schema],
  );
  return new Map(
    tables.map(({ name, rows, indexes, dead, vacuums }) => [
      String(name),
      { rows: Number(rows), indexes: Number(indexes), dead: Number(dead), vacuums: Number(vacuums) },
    ]),
  );
}

/** Of several tables together. */
export function together(sizes: Iterable<TableSize>): TableSize {
  const sum = { rows: 0, indexes: 0, dead: 0, vacuums: 0 };
  for (const { rows, indexes, dead, vacuums } of sizes) {
    sum.rows += rows;
    sum.indexes += indexes;
    sum.dead += dead;
    sum.vacuums += vacuums;
  }
  return sum;
}
