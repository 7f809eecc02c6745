import { strict as assert } from 'node:assert';
import { Pruning } from '../../../src/engine/delivery/pruning.ts';
import type { Journal, Prune, Pruned } from '../../../src/engine/store/journal.ts';
import { registryConfigSchema } from '../../../src/engine/words/registry-config.ts';
import { aHandler, anEnvelope, EngineBench } from '../../support/engine-bench.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const day = 86_400_000;

describe('the journal’s retention', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const events = () =>
    bench.select<{ seq: number }>('select seq from events order by seq').map(({ seq }) => seq);
  const many = (count: number) => Array.from({ length: count }, (_, object) => anEnvelope(object));

  it('prunes settled events that are older than retentionDays, with their executions', async () => {
    bench.config = { id: 'registry', retentionDays: 2 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(3));
    await bench.advance(day);
    await bench.accept(...many(2));
    await bench.advance(1.5 * day);
    assert.deepEqual(events(), [4, 5]);
    assert.equal(bench.select('select 1 from executions').length, 2);
  });

  it('keeps retentionEvents settled events, the newest', async () => {
    bench.config = { id: 'registry', retentionDays: 0, retentionEvents: 10 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(450));
    await bench.advance(120_000);
    assert.deepEqual(
      events(),
      Array.from({ length: 10 }, (_, index) => 441 + index),
    );
  });

  it('keeps everything when both are 0, and what waits in any case', async () => {
    bench.config = { id: 'registry', retentionDays: 0, retentionEvents: 0 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(5));
    await bench.advance(1.1 * day);
    assert.equal(events().length, 5);

    bench.engine.configure({
      ...bench.engine.config,
      retentionDays: 1,
      retentionEvents: 1,
      claimSeconds: 86_400,
    });
    bench.flow = () => undefined;
    bench.engine.pause();
    await bench.accept(...many(3));
    await bench.advance(1.1 * day);
    assert.equal(events().length, 3);
  });
});

describe('the pace of pruning', () => {
  let time: VirtualTime;
  let asked: { readonly at: number; readonly request: Prune }[];
  let pruning: Pruning;
  /** What the journal answers; each step takes 4 ms of it. */
  let answer: (request: Prune) => Omit<Pruned, 'ms'>;

  beforeEach(() => {
    time = new VirtualTime();
    asked = [];
    answer = () => ({ pruned: 0, behind: 0, more: false });
    const journal: Pick<Journal, 'prune'> = {
      prune: async (request) => {
        asked.push({ at: time.monotonic(), request });
        return { ...answer(request), ms: 4 };
      },
    };
    pruning = new Pruning({
      journal,
      time,
      config: () => registryConfigSchema.parse({ id: 'registry', retentionDays: 3, retentionEvents: 0 }),
      onError: (error) => assert.fail(String(error)),
    });
  });
  afterEach(() => pruning.stop());

  /** While so many events are to be pruned all the time. */
  const stepsASecond = async (behind: number) => {
    answer = () => ({ pruned: 10, behind, more: true });
    await time.advance(61_000);
    asked = [];
    await time.advance(10_000);
    return asked.length / 10;
  };

  it('takes a tenth of the journal’s time while little is to be pruned', async () => {
    assert.ok(Math.abs((await stepsASecond(1)) - 25 * 1.1) < 3);
  });

  it('takes three quarters of it when far behind, and not more', async () => {
    const steps = await stepsASecond(1_000_000);
    // Virtual steps take no time: 4 ms of work follow on each pause of 4/3 ms.
    assert.ok(Math.abs(1000 / steps - 4 / 3) < 0.1, `${steps} a second`);
  });

  it('takes more the further behind it is', async () => {
    const few = await stepsASecond(500);
    const more = await stepsASecond(2000);
    const many = await stepsASecond(4000);
    assert.ok(few < more && more < many, `${few}, ${more}, ${many}`);
  });

  it('holds whatever is settled within bounds, as long as pruning costs less than three times writing', async () => {
    // What writing and pruning leave undone of a journal that has no time left: 0.1 ms an event written, 0.25 pruned.
    let behind = 100_000;
    let last = 0;
    answer = () => {
      const free = time.monotonic() - last;
      last = time.monotonic();
      const pruned = Math.min(behind, 16);
      behind += free / 0.1 - pruned;
      return { pruned, behind, more: behind > 0 };
    };
    last = 1000;
    await time.advance(180_000);
    assert.ok(behind < 5000, `${behind} behind`);
  });

  it('looks again soon after there was something to prune, and ever later while there is nothing', async () => {
    let left = 3;
    answer = () => ({ pruned: left > 0 ? 1 : 0, behind: 0, more: --left > 0 });
    await time.advance(200_000);
    const times = asked.map(({ at }) => Math.round(at / 1000));
    assert.deepEqual(times, [1, 1, 1, 2, 4, 8, 16, 32, 64, 124, 184]);
    assert.equal(asked[0]?.request.settledBefore, time.now() - time.monotonic() + 1000 - 3 * day);
  });

  it('stops in the middle of a round', async () => {
    answer = () => ({ pruned: 1, behind: 9, more: true });
    await time.advance(61_000);
    pruning.stop();
    asked = [];
    await time.advance(120_000);
    assert.equal(asked.length, 0);
  });
});
