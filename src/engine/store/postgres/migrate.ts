import { JournalError } from '../journal-error.ts';
import { type Connection, literal, type Query, quoted } from './connection.ts';
import { type Migration, migrations } from './schema.ts';

/** Before the id of the registry, in the comment on its schema. */
export const schemaComment = 'registry ';

const versions = 'select version, oldest from schema_version';
/** Longer than a lease: who was not seen since is gone. */
const silence = "interval '1 minute'";
const older = `select 1 from instances join beats on instance = id
  where not dead and format < $1 and seen_at > clock_timestamp() - ${silence} limit 1`;
const buryOlder = 'update instances set dead = true where not dead and format < $1';

/**
 * Brings the schema to this version, all or nothing; who comes at the same time waits. Instances of the version before
 * go on meanwhile, and may be started, unless a step needs them gone.
 * @throws JournalError where a newer version has written it that this one can not work beside, or where older ones run
 * that can not work beside this one
 */
export async function migrate(
  { query }: Connection,
  schema: string,
  registry: string,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await query('begin');
  try {
    await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`provisioning ${schema}`]);
    await query(`create schema if not exists ${quoted(schema)}`);
    await query(`comment on schema ${quoted(schema)} is ${literal(schemaComment + registry)}`);
    await query(
      'create table if not exists schema_version(version integer not null, oldest integer not null)',
    );
    const [row] = await query(versions, []);
    const [from, oldest] = [Number(row?.['version'] ?? 0), Number(row?.['oldest'] ?? 0)];
    if (oldest > steps.length)
      throw new JournalError(
        'newer',
        `the schema ${schema} was written by a newer version of this package (format ${from}, this one knows ${steps.length}): update the package`,
      );
    const missing = steps.slice(from);
    const needed = Math.max(oldest, ...missing.map((step) => step.oldest));
    if (from > 0 && needed > oldest) await withoutOlder(query, needed, schema);
    for (const { sql } of missing) await query(sql);
    if (!row) await query('insert into schema_version values($1, $2)', [steps.length, needed]);
    else if (missing.length > 0)
      await query('update schema_version set version = $1, oldest = $2', [steps.length, needed]);
    await query('commit');
  } catch (error) {
    await query('rollback').catch(() => undefined);
    throw error;
  }
}

/** @throws JournalError while instances run that know less */
async function withoutOlder(query: Query, needed: number, schema: string): Promise<void> {
  const [one] = await query(older, [needed]);
  if (one)
    throw new JournalError(
      'failed',
      `instances with an older version of this package use the schema ${schema}, and can not work beside this one: stop them first`,
    );
  await query(buryOlder, [needed]);
}
