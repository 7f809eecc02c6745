import { strict as assert } from 'node:assert';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { anEvent, storeContract } from '../store-contract.ts';

describe('the store in PostgreSQL', () => {
  let schemas = 0;
  storeContract(
    async (schema) => openPostgres((await sharedPostgres()).url, schema, { pollPause: 60_000 }),
    () => `registry_${++schemas}`,
  );

  it('takes many large requests at once with the locks that a database has by default', async function () {
    this.timeout(60_000);
    const store = await openPostgres((await sharedPostgres()).url, 'large');
    const request = (_: unknown, n: number) => Array.from({ length: 1000 }, (_, m) => anEvent(n * 1000 + m));
    const requests = Array.from({ length: 20 }, request);
    const accepted = await Promise.all(requests.map((events) => store.journal.accept(events, 0)));
    assert.deepEqual(new Set(accepted.map(({ outcome }) => outcome)), new Set(['accepted']));
    await store.close();
  });
});
