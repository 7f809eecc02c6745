import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { sqliteStore } from '../../src/engine/store/sqlite/sqlite-store.ts';
import { anEvent } from '../engine/store/store-contract.ts';
import { fill, keptIn, options } from '../support/moved-registry.ts';
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
    const store = await sqliteStore(folder).open(options);
    await store.journal.accept([anEvent(1)], 0);
    await store.close();
    const { stdout, exitCode } = await run('import', folder, url, 'program');
    assert.equal(exitCode, 0);
    assert.match(stdout, /events: 1\n.*Registry r1 is in the schema program_r1/s);
    const moved = await openPostgres(url, 'program_r1');
    assert.equal((await moved.log.counts()).waiting, 1);
    await moved.close();
    const back = await run('export', url, folder, 'program');
    assert.equal(back.exitCode, 0);
    assert.match(back.stdout, /events: 1\n.*Registry r1 is in .*r1\. The schema program_r1 is not used/s);
    const again = await sqliteStore(folder).open(options);
    assert.equal((await again.log.counts()).waiting, 1);
    await again.close();
  });

  it('goes on where it was killed, both ways', async () => {
    const { url } = await sharedPostgres();
    const folder = join(temporaryFolder('move-'), 'r2');
    const store = await sqliteStore(folder).open(options);
    await fill(store);
    for (let many = 0; many < 20; many += 1)
      await store.journal.accept(
        Array.from({ length: 1000 }, (_, n) => anEvent(1000 * many + n)),
        0,
      );
    await store.close();
    for (const args of [
      ['import', folder, url],
      ['export', url, folder],
    ]) {
      await killedAtFirstRows(args);
      const { stdout, exitCode, stderr } = await run(...args);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^events: 1,000\n/);
      assert.doesNotMatch(stdout, /events: 20,/);
    }
    const [aside = ''] = readdirSync(folder).filter((name) => name.startsWith('journal.sqlite.moved-'));
    assert.deepEqual(keptIn(join(folder, 'journal.sqlite')), keptIn(join(folder, aside)));
  });

  async function killedAtFirstRows(args: readonly string[]): Promise<void> {
    const running = execa(process.execPath, [program, ...args], { reject: false });
    running.stdout.once('data', () => running.kill('SIGKILL'));
    assert.equal((await running).signal, 'SIGKILL');
  }

  it('says how it is used, and what went wrong', async () => {
    const bare = await run();
    assert.deepEqual(
      [bare.exitCode, ...['import', 'export'].map((way) => bare.stderr.includes(`provisioning ${way}`))],
      [2, true, true],
    );
    const nowhere = await run('import', temporaryFolder('move-'), 'postgres://127.0.0.1:1/none');
    assert.deepEqual([nowhere.exitCode, nowhere.stderr.includes('there is no journal.sqlite')], [1, true]);
  });
});
