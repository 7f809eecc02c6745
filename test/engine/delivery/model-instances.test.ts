import fc from 'fast-check';
import { conditions } from '../../support/model/happenings.ts';
import { deployed, happening } from '../../support/model/instances/happenings.ts';
import { SharedWorld } from '../../support/model/instances/world.ts';
import { checkCalls, checkEnd } from '../../support/model/promises.ts';

/** How often it is tried; a longer soak sets its own number. */
const runs = 6;

describe('delivery by instances that come, go, die, stand still and are cut off', () => {
  it('keeps every promise of order, repetition and completeness', async function () {
    this.timeout(6_000_000);
    await fc.assert(
      fc.asyncProperty(
        deployed,
        conditions,
        fc.array(happening, { minLength: 10, maxLength: 40 }),
        async (handlers, conditioned, happenings) => {
          const world = await SharedWorld.begin(handlers, conditioned);
          try {
            for (const one of happenings) {
              await world.happen(one);
              world.seen.check();
            }
            await world.heal();
            world.seen.check();
            checkCalls(world.seen);
            checkEnd(world.seen);
          } finally {
            await world.end();
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
