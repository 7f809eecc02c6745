#!/usr/bin/env node
import { basename, resolve } from 'node:path';
import { schemaOf } from '../engine/store/postgres/postgres-stores.ts';
import { messageOf } from '../engine/words/errors.ts';

// npx node-red-contrib-provisioning import <folder> <url> [schema]
const usage = `Moves a registry from its folder into PostgreSQL, while Node-RED is stopped:

  npx node-red-contrib-provisioning import <folder> <url> [schema]

  folder  of the registry, such as ~/.node-red/provisioning/<registry id>
  url     postgres://user:password@host:5432/database
  schema  as in the settings; provisioning where it is left out

What is cut off goes on when it is begun again.`;

const [command, folder, connectionString, prefix = 'provisioning'] = process.argv.slice(2);
if (command !== 'import' || folder === undefined || connectionString === undefined) {
  console.error(usage);
  process.exit(2);
}

try {
  const { moveIntoPostgres } = await import('../engine/store/moving/into-postgres.ts');
  const registry = basename(resolve(folder));
  const schema = schemaOf(prefix, registry);
  await moveIntoPostgres({
    folder: resolve(folder),
    server: { connectionString },
    schema,
    registry,
    onProgress: ({ table, rows }) => console.log(`${table}: ${rows.toLocaleString('en-GB')}`),
  });
  console.log(`Registry ${registry} is in the schema ${schema}. Its journal was put aside in ${folder}.`);
} catch (error) {
  const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
  console.error(
    isMissing ? `The client library is missing: npm install pg (${messageOf(error)})` : messageOf(error),
  );
  process.exitCode = 1;
}
