import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { openJournal } from '../../../../src/engine/store/sqlite/open.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';

describe('an opened journal', () => {
  it('syncs each commit, on macOS down to the medium', () => {
    const folder = journalFolder('open-journal-');
    const { db, lock } = openJournal(folder);
    try {
      const settings = ['synchronous', 'fullfsync', 'checkpoint_fullfsync'];
      const values = settings.map((name) => db.prepare(`pragma ${name}`).get()?.[name]);
      assert.deepEqual(values, [2, 1, 1]);
    } finally {
      db.close();
      lock.release();
      rmSync(folder, { recursive: true });
    }
  });
});
