import { strict as assert } from 'node:assert';
import { TableCircuits } from '../../../../src/engine/store/postgres/table-circuits.ts';

describe('the circuits that instances share', () => {
  it('are read with those that were changed here since: what is read of them is no news', async () => {
    const answers: (() => void)[] = [];
    const query = () => new Promise<never[]>((resolve) => answers.push(() => resolve([])));
    const circuits = new TableCircuits(query, 1, () => undefined);
    const answerAll = () => {
      for (const answer of answers.splice(0)) answer();
    };
    const saving = (handler: string, state: 'open' | 'closed') =>
      circuits.save({ handler, state, since: 1, error: null }, state === 'open' ? 'closed' : 'open');

    const before = saving('before', 'open');
    const reading = circuits.read();
    const meanwhile = [
      saving('opened', 'open'),
      saving('closed', 'closed'),
      circuits.endProbe('tried', null),
    ];
    answerAll();
    const read = await reading;
    await Promise.all([before, ...meanwhile]);
    const after = saving('after', 'open');
    assert.deepEqual([...read.changed], ['opened', 'closed', 'tried', 'after']);
    answerAll();
    await after;

    const next = circuits.read();
    answerAll();
    assert.deepEqual([...(await next).changed], []);
  });
});
