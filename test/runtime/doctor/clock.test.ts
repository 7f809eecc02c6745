import assert from 'node:assert/strict';
import { checkClock, checkNewestRow } from '../../../src/runtime/doctor/clock.ts';
import { found, registry } from '../../support/doctor.ts';

describe('the doctor on the clock', () => {
  const wall = Date.UTC(2030, 0, 1);
  const clock = (jump: number, at = wall) =>
    found([checkClock({ wall: at, monotonic: 5000 }, { wall: at + 10_000 + jump, monotonic: 15_000 })])[0];

  it('tells a jump from time that has passed', () => {
    assert.equal(clock(0), 'ok clock.steady');
    assert.equal(clock(-2000), 'ok clock.steady');
    assert.equal(clock(-3_600_000), 'warning clock.setBack');
    assert.equal(clock(3_600_000), 'notice clock.setForward');
    assert.equal(clock(0, 0), 'error clock.unset');
  });

  it('warns of rows that are of a time yet to come', () => {
    const rows = (at: string | null) => found(checkNewestRow(at, wall, registry));
    assert.deepEqual(rows(null), []);
    assert.deepEqual(rows(new Date(wall + 5000).toISOString()), []);
    assert.deepEqual(rows(new Date(wall + 3_600_000).toISOString()), ['warning clock.future']);
  });
});
