import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { move, type Source, type Target } from '../../../../src/engine/store/moving/move.ts';
import { PostgresSide } from '../../../../src/engine/store/moving/postgres-side.ts';
import { SqliteSide } from '../../../../src/engine/store/moving/sqlite-side.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { keptIn, live, options } from '../../../support/moved-registry.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

type Side = PostgresSide | SqliteSide;
type OpenSide = () => Promise<Side>;

const cutOff = new Error('cut off');

describe('a move that is cut off', function () {
  this.timeout(120_000);

  it('goes on wherever that was, both ways, and never are both sides used', async () => {
    const { url } = await sharedPostgres();
    const [folder, back] = [temporaryFolder('cut-off-'), temporaryFolder('cut-off-')];
    const file = (at: string) => join(at, 'journal.sqlite');
    const store = await sqliteStore(folder, { drafts: false }).open(options);
    await live(store, file(folder), 7);
    await store.close();
    await sqliteStore(folder)
      .open(options)
      .then((rested) => rested.close());
    const before = keptIn(file(folder));
    const inPostgres = (as: 'source' | 'target') => () =>
      PostgresSide.open({ connectionString: url }, 'cut_off', 'registry', as);
    const inFolder = (at: string) => async () => new SqliteSide(at);
    const openSchema = () => openPostgres(url, 'cut_off', options);

    const cutsIn = await cutOffEverywhere(inFolder(folder), inPostgres('target'), openSchema);
    await assert.rejects(sqliteStore(folder).open(options), /was moved into the schema cut_off/);
    const cutsOut = await cutOffEverywhere(inPostgres('source'), inFolder(back), () =>
      sqliteStore(back).open(options),
    );
    await assert.rejects(openSchema(), /was moved into the folder/);
    assert.ok(cutsIn > 20 && cutsOut > 20, `it was cut off ${cutsIn} and ${cutsOut} times`);
    assert.deepEqual(keptIn(file(back)), before);
  });
});

/** Cuts a move off after its first step, goes on with it and cuts that off after two, and so on. @returns how often */
async function cutOffEverywhere(
  openSource: OpenSide,
  openTarget: OpenSide,
  openStore: () => Promise<Store>,
): Promise<number> {
  for (let cuts = 0; ; cuts += 1) {
    let steps = cuts + 1;
    const step = () => {
      steps -= 1;
      if (steps === 0) throw cutOff;
    };
    const [source, target] = [await openSource(), await openTarget()];
    try {
      await move(stepping<Source>(source, step), stepping<Target>(target, step), () => undefined);
      return cuts;
    } catch (error) {
      // It was cut off after its last step.
      if (String(error).includes('was moved already')) return cuts;
      if (error !== cutOff) throw error;
      if ((await source.mark())?.state === 'left') continue;
    } finally {
      await source.close();
      await target.close();
    }
    await assertUnused(openStore);
  }
}

/** It is not opened, or holds nothing yet. */
async function assertUnused(openStore: () => Promise<Store>): Promise<void> {
  let opened: Store;
  try {
    opened = await openStore();
  } catch (error) {
    return assert.match(String(error), /is being moved out of/);
  }
  const { items } = await opened.log.events({}, { limit: 1 }).finally(() => opened.close());
  assert.deepEqual(items, []);
}

/** A side that tells of each step that it has done. */
function stepping<T extends object>(side: object, step: () => void): T {
  return new Proxy(side, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const done: unknown = await value.apply(target, args);
        step();
        return done;
      };
    },
  }) as T;
}
