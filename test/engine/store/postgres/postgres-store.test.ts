import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { storeContract } from '../store-contract.ts';

describe('the store in PostgreSQL', () => {
  let schemas = 0;
  storeContract(
    async (schema) => openPostgres((await sharedPostgres()).url, schema, { pollPause: 60_000 }),
    () => `registry_${++schemas}`,
  );
});
