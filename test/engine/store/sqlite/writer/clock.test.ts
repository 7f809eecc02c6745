import { strict as assert } from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../../../../src/engine/store/sqlite/schema.ts';
import { clockOn } from '../../../../../src/engine/store/sqlite/writer/clock.ts';
import { retentionOn } from '../../../../../src/engine/store/sqlite/writer/retention.ts';
import { JournalFiller } from '../../../../support/filled-journal.ts';

const now = 1_700_000_000_000;

describe('the clock of touches', () => {
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db);
  });
  afterEach(() => db.close());

  it('goes on from the last touch, also of an event that is gone, where the machine’s clock has gone back', () => {
    new JournalFiller(db).add({ touchedAt: now });
    assert.ok(clockOn(db).touch(now - 5000) > now * 1000);
    const all = { settledBefore: now + 1, keepSettled: null, keysBefore: 0, forMs: 100 };
    assert.equal(retentionOn(db).prune(all).pruned, 1);
    assert.ok(clockOn(db).touch(now - 5000) > now * 1000);
  });

  it('writes a row that comes late under a time of its own, after all that are written', () => {
    const clock = clockOn(db);
    const [early, late] = [clock.touch(now), clock.touch(now)];
    assert.equal(clock.writtenWith(late), late);
    const anew = clock.writtenWith(early);
    assert.ok(anew > late && clock.writtenWith(clock.touch(now)) > anew);
  });
});
