import { strict as assert } from 'node:assert';
import { circuitsOn } from '../../../src/engine/delivery/circuits.ts';
import { persistently } from '../../../src/engine/delivery/persist.ts';
import type { Instances } from '../../../src/engine/store/instances.ts';
import type { Journal } from '../../../src/engine/store/journal.ts';
import { Unavailable } from '../../../src/engine/words/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { fine } from '../../support/made-call.ts';
import { FasterTime } from '../../support/shared-scene.ts';

describe('circuits that instances share', () => {
  it('have others told that a probe is over as soon as that can be said: until then nobody else tries', async () => {
    const time = new FasterTime();
    time.hurry(20);
    const told: (string | null)[] = [];
    let tries = 0;
    const instances = {
      onCircuits: () => undefined,
      endProbe: async (_: string, error: string | null) => {
        tries += 1;
        if (tries < 3) throw new Unavailable('the database is away');
        told.push(error);
      },
    } as unknown as Instances;
    const open = { handler: 'a', state: 'open', since: time.now(), error: null };
    const circuits = circuitsOn({
      journal: { found: { circuits: [open] } } as unknown as Journal,
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
    circuits.probe('a');
    circuits.record(
      'a',
      { ...fine, ok: false, code: 503, error: 'HTTP 503', response: null, outage: true },
      true,
    );
    await eventually('it is told', () => told.length > 0);
    assert.deepEqual(told, ['HTTP 503']);
    assert.equal(circuits.of('a').state, 'open');
  });
});
