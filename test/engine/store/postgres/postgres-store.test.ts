import { strict as assert } from 'node:assert';
import { stage } from '../../../../src/engine/store/stage.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { aLink, anEvent, aPass, aTake, storeContract, succeeded } from '../store-contract.ts';

const at = 1_800_000_000_000;

describe('the store in PostgreSQL', () => {
  let schemas = 0;
  storeContract(
    async (schema) => openPostgres((await sharedPostgres()).url, schema, { pollPause: 60_000 }),
    () => `registry_${++schemas}`,
  );

  it('ends an execution of whose call it can not keep what came of it, and says so', async () => {
    const store = await openPostgres((await sharedPostgres()).url, 'unkept');
    const { journal, log } = store;
    const links = [aLink('a'), aLink('b')];
    const taken = await journal.take(aTake(anEvent(1), { links }));
    assert.ok(taken.outcome === 'taken');
    const [first = 0, second = 0] = taken.chain;
    const change = succeeded(first);
    assert.ok(change.attempt);
    const odd = { ...change, attempt: { ...change.attempt, code: 0.5 } };
    const pass = aPass({ start: { seq: second, handler: 'b' } });
    const state = await journal.endTurn({ event: taken.seq, change: odd, pass, at, emit: false });
    assert.match(state.unkept ?? '', /^the handler was called, but what came of it could not be kept: /);
    assert.equal(state.stage, stage.due);
    const { items } = await log.executions({}, { limit: 5 });
    assert.deepEqual(
      items.map(({ status, error }) => [status, error]),
      [['failed', state.unkept]],
    );
    const { started } = await journal.startNext('b', 1, at);
    assert.equal(started.length, 1);
    await store.close();
  });

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
