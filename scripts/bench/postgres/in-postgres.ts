import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { moveIntoPostgres } from '../../../src/engine/store/moving/moves.ts';
import { Connection } from '../../../src/engine/store/postgres/connection.ts';
import { schemaOf } from '../../../src/engine/store/postgres/postgres-stores.ts';
import { sharedPostgres } from '../../../test/support/postgres.ts';
import { filledFolder } from '../waiting-events.ts';

const registry = 'registry';

/** Where the registry `registry` is kept in PostgreSQL. */
export interface InPostgres {
  readonly url: string;
  readonly schema: string;
  /** Of a Node-RED that keeps it there. */
  readonly settings: object;
}

/** A place of its own; nothing is there. */
export async function inPostgres(name: string): Promise<InPostgres> {
  const { url } = await sharedPostgres();
  const settings = { provisioning: { postgres: { connectionString: url, schema: name } } };
  return { url, schema: schemaOf(name, registry), settings };
}

/** The same, with what `fill` puts into a journal: it is moved there, as users move a registry. */
export async function filledInPostgres(name: string, fill: (db: DatabaseSync) => void): Promise<InPostgres> {
  const place = await inPostgres(name);
  const userDir = await filledFolder(fill);
  await moveIntoPostgres({
    folder: join(userDir, 'provisioning', registry),
    server: { connectionString: place.url },
    schema: place.schema,
    registry,
  });
  await vacuum(place);
  return place;
}

/** Nobody searches there by text: what was put there is not indexed beside what is measured. */
export async function leaveTexts({ url, schema }: InPostgres): Promise<void> {
  const connection = await Connection.open({ connectionString: url }, schema);
  await connection.query(
    `update meta set value = coalesce((select max(touched_at) from events), 0) where key = 'texts'`,
  );
  await connection.close();
}

/** What the server does by itself some minutes after much was written; then its machine has written it all, too. */
export async function vacuum({ url, schema }: InPostgres): Promise<void> {
  const connection = await Connection.open({ connectionString: url }, schema);
  const tables = await connection.query('select relname from pg_stat_user_tables where schemaname = $1', [
    schema,
  ]);
  for (const { relname } of tables) await connection.query(`vacuum analyze ${relname}`);
  await connection.query('checkpoint');
  execFileSync('sync');
  await connection.close();
}
