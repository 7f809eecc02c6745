import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { sqliteStore } from '../../src/engine/store/sqlite/sqlite-store.ts';
import { anEvent } from '../engine/store/store-contract.ts';
import { packageRoot } from '../support/package.ts';
import { openPostgres, sharedPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the program that moves a registry', function () {
  this.timeout(30_000);
  const { bin } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const program = join(packageRoot, bin['node-red-contrib-provisioning']);
  const run = (...args: readonly string[]) => execa(process.execPath, [program, ...args], { reject: false });

  it('moves it to where the settings look for it', async () => {
    const { url } = await sharedPostgres();
    const folder = join(temporaryFolder('move-'), 'r1');
    const options = { now: () => Date.now(), parkedFor: () => 'retry' as const, onTrouble: () => undefined };
    const store = await sqliteStore(folder).open(options);
    await store.journal.accept([anEvent(1)], 0);
    await store.close();
    const { stdout, exitCode } = await run('import', folder, url, 'program');
    assert.equal(exitCode, 0);
    assert.match(stdout, /events: 1\n.*Registry r1 is in the schema program_r1/s);
    const moved = await openPostgres(url, 'program_r1');
    assert.equal((await moved.log.counts()).waiting, 1);
    await moved.close();
  });

  it('says how it is used, and what went wrong', async () => {
    const bare = await run();
    assert.deepEqual(
      [bare.exitCode, bare.stderr.includes('npx node-red-contrib-provisioning import')],
      [2, true],
    );
    const nowhere = await run('import', temporaryFolder('move-'), 'postgres://127.0.0.1:1/none');
    assert.deepEqual([nowhere.exitCode, nowhere.stderr.includes('there is no journal.sqlite')], [1, true]);
  });
});
