import { postgresStore } from '../../../../src/engine/store/postgres/postgres-store.ts';
import { sharedPostgres } from '../../../support/postgres.ts';
import { storeContract } from '../store-contract.ts';

describe('the store in PostgreSQL', () => {
  let schemas = 0;
  storeContract(
    async (schema) =>
      postgresStore((await sharedPostgres()).url, schema).open({
        now: Date.now(),
        parkedFor: (_, blocked) => (blocked ? 'order' : 'retry'),
        onTrouble: () => undefined,
      }),
    () => `registry_${++schemas}`,
  );
});
