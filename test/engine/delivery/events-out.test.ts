import assert from 'node:assert/strict';
import { EventsOut } from '../../../src/engine/delivery/events-out.ts';

describe('the events that are out', () => {
  let out: EventsOut;
  let seq = 0;
  let freed: number;

  beforeEach(() => {
    freed = 0;
    out = new EventsOut(() => {
      freed += 1;
    });
  });

  const add = (deadline: number) => {
    seq += 1;
    out.add({ seq, node: 'n1', payload: '{}', eventType: 'clients.create', objectId: '1' }, deadline);
    return out.get(seq);
  };
  /** As many as there is room for come to their end at once. */
  const dropAll = async (deadline: number) => {
    let count = 0;
    while (out.room > 0) {
      for (let room = out.room; room > 0; room -= 1) {
        const event = add(deadline);
        event?.begin();
        event?.end();
        count += 1;
      }
      await undefined;
    }
    return count;
  };

  it('are 1000 at first, and more the more have proved to be dropped, up to 100,000', async () => {
    assert.equal(await dropAll(1), 1000);
    assert.equal(freed, 1000);
    assert.equal(out.removeLate(1).length, 1000);
    assert.equal(await dropAll(2), 17_000);
    out.removeLate(2);
    assert.equal(await dropAll(3), 100_000);
    assert.deepEqual([out.size, out.room], [100_000, 0]);
  });

  it('are as many as at first once a message has come back', async () => {
    await dropAll(1);
    out.removeLate(1);
    const held = add(2);
    held?.begin();
    held?.end();
    await undefined;
    await dropAll(2);
    held?.begin();
    assert.ok(out.room < 0);
    out.removeLate(2);
    assert.equal(out.room, 1000);
  });

  it('tell once of the end of a way: when no node has a message of it, or at once if none has', async () => {
    const event = add(1);
    let told = '';
    event?.begin();
    event?.whenEnded(() => {
      told += 'first ';
    });
    event?.begin();
    event?.end();
    await undefined;
    assert.equal(told, '');
    event?.end();
    await undefined;
    assert.equal(told, 'first ');
    event?.whenEnded(() => {
      told += 'second ';
    });
    event?.begin();
    event?.end();
    await undefined;
    assert.equal(told, 'first second ');
  });

  it('do not count ends of what was taken, or sent out anew, meanwhile', async () => {
    const taken = add(1);
    taken?.begin();
    out.remove(seq);
    taken?.end();
    await undefined;
    assert.deepEqual([freed, out.size, out.room], [0, 0, 1000]);
  });
});
