import fc from 'fast-check';
import { EngineBench } from '../../support/engine-bench.ts';
import { conditions, deployed, happening } from '../../support/model/happenings.ts';
import { checkCalls, checkEnd } from '../../support/model/promises.ts';
import { World } from '../../support/model/world.ts';
import { PostgresBench } from '../../support/postgres-bench.ts';
import type { StoreBench } from '../../support/store-bench.ts';

/** Where a registry is kept, and how often that is tried; a longer soak sets its own number. */
const stores: readonly (readonly [string, number, () => StoreBench | Promise<StoreBench>])[] = [
  ['in a folder', 40, () => new EngineBench()],
  ['in PostgreSQL', 6, () => PostgresBench.begin()],
];

describe('delivery, whatever happens', () => {
  for (const [where, runs, begin] of stores)
    it(`keeps every promise of order, repetition and completeness ${where}`, async function () {
      this.timeout(6_000_000);
      await fc.assert(
        fc.asyncProperty(
          deployed,
          conditions,
          fc.array(happening, { minLength: 5, maxLength: 30 }),
          async (handlers, conditioned, happenings) => {
            const world = new World(await begin(), conditioned);
            try {
              await world.begin(handlers);
              for (const one of happenings) {
                await world.happen(one);
                checkCalls(world);
                world.check();
              }
              await world.heal();
              checkCalls(world);
              world.check();
              checkEnd(world);
            } finally {
              await world.bench.end();
            }
          },
        ),
        {
          numRuns: Number(process.env['MODEL_RUNS'] ?? runs),
          endOnFailure: process.env['MODEL_SHRINK'] !== '1',
          ...(process.env['MODEL_SEED'] && { seed: Number(process.env['MODEL_SEED']) }),
          ...(process.env['MODEL_PATH'] && { path: process.env['MODEL_PATH'] }),
        },
      );
    });
});
