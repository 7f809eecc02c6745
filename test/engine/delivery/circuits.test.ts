import { strict as assert } from 'node:assert';
import { type Circuits, circuitsOn } from '../../../src/engine/delivery/circuits.ts';
import { persistently } from '../../../src/engine/delivery/persist.ts';
import type { Instances, SharedCircuit, TellCircuits } from '../../../src/engine/store/instances.ts';
import type { Journal, StoredCircuit } from '../../../src/engine/store/journal.ts';
import { causeOf } from '../../../src/engine/words/cause.ts';
import { Unavailable } from '../../../src/engine/words/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { fine, outage } from '../../support/made-call.ts';
import { FasterTime } from '../../support/shared-scene.ts';

const failed = { ...fine, ...outage };

describe('circuits that instances share', () => {
  let time: FasterTime;
  let tell: TellCircuits;
  let counted: PromiseWithResolvers<number | null>;
  let saved: StoredCircuit[];
  let save: () => Promise<void>;
  let endProbe: (error: string | null) => Promise<void>;

  const begin = (found: Partial<StoredCircuit>[] = []): Circuits => {
    time = new FasterTime();
    time.hurry(20);
    counted = Promise.withResolvers();
    saved = [];
    save = async () => undefined;
    endProbe = async () => undefined;
    const instances = {
      onCircuits: (toTell: TellCircuits) => {
        tell = toTell;
      },
      countFailure: () => counted.promise,
      endProbe: (_: string, error: string | null) => endProbe(error),
    } as unknown as Instances;
    const journal = {
      found: { circuits: found.map((one) => ({ handler: 'a', since: time.now(), error: null, ...one })) },
      saveCircuit: async (circuit: StoredCircuit) => {
        await save();
        saved.push(circuit);
      },
    } as unknown as Journal;
    return circuitsOn({
      journal,
      instances,
      time,
      persist: persistently(
        time,
        () => false,
        () => undefined,
      ),
      onChange: () => undefined,
      onError: () => undefined,
    } as unknown as Parameters<typeof circuitsOn>[0]);
  };
  const known = (circuit: Partial<SharedCircuit>, outdated: string[] = []) =>
    tell(
      [
        {
          handler: 'a',
          state: 'closed',
          since: 0,
          error: null,
          failures: 0,
          probed: null,
          probedAt: null,
          triedElsewhere: false,
          ...circuit,
        },
      ],
      new Set(outdated),
    );
  const turns = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  };

  it('have others told that a probe is over as soon as that can be said: until then nobody else tries', async () => {
    const circuits = begin([{ state: 'open' }]);
    const told: (string | null)[] = [];
    let tries = 0;
    endProbe = async (error) => {
      tries += 1;
      if (tries < 3) throw new Unavailable('the database is away');
      told.push(error);
    };
    circuits.probe('a');
    circuits.record('a', failed, true);
    await eventually('it is told', () => told.length > 0);
    assert.deepEqual(told, [causeOf(failed)]);
    assert.equal(circuits.of('a').state, 'open');
  });

  for (const [when, look] of [
    ['was not looked at meanwhile', () => undefined],
    ['is seen by a look before that', () => known({ failures: 10 })],
    [
      'is seen by a look before that, with failures that others have counted since',
      () => known({ failures: 9 }),
    ],
  ] as const)
    it(`open by who has counted the tenth failure, where it ${when}`, async () => {
      const circuits = begin();
      circuits.record('a', failed, false);
      look();
      counted.resolve(10);
      await turns();
      assert.equal(circuits.of('a').state, 'open');
      assert.deepEqual(
        saved.map(({ state }) => state),
        ['open'],
      );
    });

  it('stay as others have turned them, where a failure comes too late to be counted', async () => {
    const circuits = begin();
    circuits.record('a', failed, false);
    known({ state: 'gone', since: time.now() });
    counted.resolve(null);
    await turns();
    assert.deepEqual([circuits.of('a').state, saved], ['gone', []]);
  });

  it('are as they were turned here, also for a look that has begun before', async () => {
    const circuits = begin();
    known({ failures: 9 });
    circuits.record('a', failed, false);
    await turns();
    assert.equal(saved.length, 1);
    known({ failures: 9 }, ['a']);
    assert.equal(circuits.of('a').state, 'open');
    known({ state: 'closed' });
    assert.equal(circuits.of('a').state, 'closed');
  });

  it('are as they were turned here, until that could be saved', async () => {
    const circuits = begin();
    let tries = 0;
    save = async () => {
      tries += 1;
      if (tries < 3) throw new Unavailable('the database is away');
    };
    known({ failures: 9 });
    circuits.record('a', failed, false);
    await turns();
    known({ failures: 9 });
    assert.equal(circuits.of('a').state, 'open');
    await eventually('it is saved', () => saved.length > 0);
    assert.deepEqual(
      saved.map(({ state }) => state),
      ['open'],
    );
    await turns();
    known({ state: 'closed' });
    assert.equal(circuits.of('a').state, 'closed');
  });
});
