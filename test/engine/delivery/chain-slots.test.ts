import { strict as assert } from 'node:assert';
import { ChainSlots } from '../../../src/engine/delivery/chain-slots.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

describe('the slots of the window', () => {
  let time: VirtualTime;
  let slots: ChainSlots;
  let looks: number;

  beforeEach(() => {
    time = new VirtualTime();
    looks = 0;
    slots = new ChainSlots(
      () => 4,
      time,
      () => {
        looks += 1;
      },
    );
  });

  const call = (handler: string) => {
    const made = { handler: { id: handler } };
    slots.take(1);
    slots.began(made);
    return made;
  };
  const end = (made: ReturnType<typeof call>) => {
    slots.ended(made);
    slots.give(1);
  };
  const room = () => [slots.room('hangs'), slots.room('answers'), slots.roomAtMost];

  it('are as many as the registry says', () => {
    assert.ok(slots.unused);
    const calls = [call('hangs'), call('hangs'), call('answers')];
    assert.deepEqual(room(), [1, 1, 1]);
    for (const made of calls) end(made);
    assert.deepEqual(room(), [4, 4, 4]);
    assert.ok(slots.unused);
  });

  it('are lent to other handlers by calls that last longer than a second', async () => {
    call('hangs');
    await time.advance(500);
    call('hangs');
    call('answers');
    await time.advance(499);
    assert.deepEqual([room(), looks], [[1, 1, 1], 0]);
    await time.advance(1);
    assert.deepEqual([room(), looks], [[2, 2, 2], 1]);
    await time.advance(500);
    assert.deepEqual([room(), looks], [[2, 3, 4], 2]);
  });

  it('are taken back when the call that lent one ends', async () => {
    const hanging = [call('hangs'), call('hangs')];
    await time.advance(1000);
    assert.deepEqual(room(), [2, 4, 4]);
    for (let n = 0; n < 4; n += 1) call('answers');
    assert.deepEqual(room(), [0, 0, 0]);
    for (const made of hanging) end(made);
    assert.deepEqual(room(), [0, 0, 0]);
  });

  it('that come free are for the handler that has lent some, too', async () => {
    call('hangs');
    await time.advance(1000);
    const others = [call('answers'), call('answers'), call('answers'), call('answers')];
    assert.deepEqual(room(), [0, 0, 0]);
    end(others[0] as ReturnType<typeof call>);
    assert.deepEqual(room(), [1, 1, 1]);
  });

  it('are not lent by calls that end in time', async () => {
    for (let n = 0; n < 20; n += 1) {
      const made = call('answers');
      await time.advance(300);
      end(made);
    }
    assert.deepEqual([room(), looks], [[4, 4, 4], 0]);
  });
});
