import { strict as assert } from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import { failureGroupsOn } from '../../../../src/engine/store/sqlite/reader/failure-groups.ts';
import { migrate, migrations } from '../../../../src/engine/store/sqlite/schema.ts';
import { Statements } from '../../../../src/engine/store/sqlite/statements.ts';
import { statusCode } from '../../../../src/engine/store/stage.ts';
import type { ExecutionStatus } from '../../../../src/engine/words/execution.ts';
import { beginning, openJournal } from '../../../support/filled-journal.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';

interface Row {
  readonly handler?: string;
  readonly status?: ExecutionStatus;
  readonly error?: string | null;
  readonly at?: number;
  readonly group?: number;
}

function insertInto(db: DatabaseSync, grouped: boolean) {
  const insert = db.prepare(
    `insert into executions(event_seq, position, event_type, object_id, object_key, handler_id, handler_number,
       handler_name, handler_type, priority, stop, status, started_at, attempts, code, error
       ${grouped ? ', failure_group' : ''})
     values(1, 0, 'clients.create', '1', 'clients:1', ?, 1, 'CRM', 'http', 10, 0, ?, ?, 1, null, ?${grouped ? ', ?' : ''})`,
  );
  return ({ handler = 'crm', status = 'failed', error = 'busy', at = beginning, group }: Row) =>
    insert.run(handler, statusCode[status], at, error, ...(grouped ? [group ?? 1] : []));
}

describe('groups of failures', () => {
  const day = { from: beginning, to: beginning + 86_400_000, step: 3_600_000 };

  it('are made of what a journal has kept before there were any', async () => {
    const db = new DatabaseSync(':memory:');
    for (const step of migrations.slice(0, 8)) db.exec(step);
    db.exec('pragma user_version = 8');
    const add = insertInto(db, false);
    for (let n = 0; n < 2500; n += 1) add({ error: `client ${n} is locked` });
    add({ status: 'parked', error: 'client 1 is locked' });
    add({ handler: 'mailer', status: 'failed' });
    add({ status: 'succeeded', error: null });
    add({ status: 'cancelled' });
    migrate(db);
    const { items } = await failureGroupsOn(new Statements(db))(day);
    assert.deepEqual(
      items.map(({ handler, kind, count, waiting }) => [handler.id, kind, count, waiting]),
      [
        ['crm', 'client # is locked', 2501, 1],
        ['mailer', 'busy', 1, 0],
      ],
    );
    db.close();
  });

  it('are counted in pieces: however many began in one ms, in one step or in many, none twice and none left out', async () => {
    const db = openJournal(journalFolder());
    db.prepare(
      "insert into failure_groups(id, handler_id, kind) values(1, 'crm', 'busy'), (2, 'crm', 'late')",
    ).run();
    const add = insertInto(db, true);
    db.exec('begin');
    for (let n = 0; n < 45_000; n += 1) add({ at: beginning + 3_600_000 + Math.floor(n / 30_000) });
    for (let n = 0; n < 30_000; n += 1) add({ at: beginning + 7_200_000 + n, group: n % 2 ? 1 : 2 });
    add({ at: day.to - 1, group: 2 });
    add({ at: day.to, group: 2 });
    add({ at: beginning - 1, group: 2 });
    db.exec('commit');
    const failures = failureGroupsOn(new Statements(db));
    const counts = async (request: typeof day) =>
      (await failures(request)).items.map(({ kind, count, perStep, first, last }) => ({
        ...{ kind, count, first: Date.parse(first), last: Date.parse(last) },
        steps: perStep.flatMap((n, step) => (n > 0 ? [[step, n]] : [])),
      }));
    const first = beginning + 3_600_000;
    const second = beginning + 7_200_000;
    assert.deepEqual(await counts(day), [
      {
        kind: 'busy',
        count: 60_000,
        first,
        last: second + 29_999,
        steps: [
          [1, 45_000],
          [2, 15_000],
        ],
      },
      {
        kind: 'late',
        count: 15_001,
        first: second,
        last: day.to - 1,
        steps: [
          [2, 15_000],
          [23, 1],
        ],
      },
    ]);
    const whole = await counts({ ...day, step: 86_400_000 });
    assert.deepEqual(
      whole.map(({ count, steps }) => [count, steps]),
      [
        [60_000, [[0, 60_000]]],
        [15_001, [[0, 15_001]]],
      ],
    );
    db.close();
  });

  it('let other questions go between', async () => {
    const db = openJournal(journalFolder());
    const add = insertInto(db, true);
    const group = db.prepare("insert into failure_groups(id, handler_id, kind) values(?, 'crm', ?)");
    db.exec('begin');
    for (let id = 1; id <= 1500; id += 1) {
      group.run(id, `kind ${id}`);
      for (let n = 0; n < 10; n += 1) add({ at: beginning + n * 7_200_000, group: id });
    }
    db.exec('commit');
    let others = 0;
    const ask = setInterval(() => {
      others += 1;
    }, 0);
    const { items, complete } = await failureGroupsOn(new Statements(db))(day);
    clearInterval(ask);
    assert.ok(others > 0);
    assert.deepEqual([items.length, complete], [100, false]);
    db.close();
  });
});
