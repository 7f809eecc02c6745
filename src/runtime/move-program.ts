#!/usr/bin/env node
import { basename, resolve } from 'node:path';
import { schemaOf } from '../engine/store/postgres/postgres-stores.ts';
import { messageOf } from '../engine/words/errors.ts';

const usage = `Moves a registry from its folder into PostgreSQL, or out of it, while Node-RED is stopped:

  npx node-red-contrib-provisioning import <folder> <url> [schema]
  npx node-red-contrib-provisioning export <url> <folder> [schema]

  folder  of the registry, such as ~/.node-red/provisioning/<registry id>
  url     postgres://user:password@host:5432/database
  schema  as in the settings; provisioning where it is left out

What is cut off goes on when it is begun again.`;

const [command, first, second, prefix = 'provisioning'] = process.argv.slice(2);
if ((command !== 'import' && command !== 'export') || first === undefined || second === undefined) {
  console.error(usage);
  process.exit(2);
}

try {
  const { moveIntoPostgres, moveOutOfPostgres } = await import('../engine/store/moving/moves.ts');
  const [path, connectionString] = command === 'import' ? [first, second] : [second, first];
  const folder = resolve(path);
  const registry = basename(folder);
  const schema = schemaOf(prefix, registry);
  const move = command === 'import' ? moveIntoPostgres : moveOutOfPostgres;
  await move({
    folder,
    server: { connectionString },
    schema,
    registry,
    onProgress: ({ table, rows }) => console.log(`${table}: ${rows.toLocaleString('en-GB')}`),
  });
  console.log(
    command === 'import'
      ? `Registry ${registry} is in the schema ${schema}. Its journal was put aside in ${folder}.`
      : `Registry ${registry} is in ${folder}. The schema ${schema} is not used any more: take provisioning.postgres out of settings.js.`,
  );
} catch (error) {
  const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
  console.error(
    isMissing ? `The client library is missing: npm install pg (${messageOf(error)})` : messageOf(error),
  );
  process.exitCode = 1;
}
