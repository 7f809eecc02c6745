import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import { storeContract } from '../store-contract.ts';

describe('the store in SQLite', () => {
  const root = mkdtempSync(join(tmpdir(), 'store-'));
  let folders = 0;
  after(() => rmSync(root, { recursive: true, force: true }));

  storeContract(
    (folder) =>
      sqliteStore(folder).open({
        now: Date.now(),
        parkedFor: (_, blocked) => (blocked ? 'order' : 'retry'),
        onTrouble: () => undefined,
      }),
    () => join(root, String(++folders)),
  );
});
