import fc from 'fast-check';
import { conditions, deployed, happening } from '../../support/model/happenings.ts';
import { checkCalls, checkEnd } from '../../support/model/promises.ts';
import { World } from '../../support/model/world.ts';

/** Runs of the model; a longer soak sets its own number. */
const runs = Number(process.env['MODEL_RUNS'] ?? 40);

describe('delivery, whatever happens', () => {
  it('keeps every promise of order, repetition and completeness', async function () {
    this.timeout(6_000_000);
    await fc.assert(
      fc.asyncProperty(
        deployed,
        conditions,
        fc.array(happening, { minLength: 5, maxLength: 30 }),
        async (handlers, conditioned, happenings) => {
          const world = new World(conditioned);
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
        numRuns: runs,
        endOnFailure: process.env['MODEL_SHRINK'] !== '1',
        ...(process.env['MODEL_SEED'] && { seed: Number(process.env['MODEL_SEED']) }),
        ...(process.env['MODEL_PATH'] && { path: process.env['MODEL_PATH'] }),
      },
    );
  });
});
