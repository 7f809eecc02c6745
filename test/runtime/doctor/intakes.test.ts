import assert from 'node:assert/strict';
import { checkIntakes, type Listening } from '../../../src/runtime/doctor/intakes.ts';
import { found, registry } from '../../support/doctor.ts';

describe('the doctor on intakes', () => {
  const listening: Listening = { host: '', addresses: ['127.0.0.1', '10.1.2.3'], asksAll: false };
  const receiver = (guard: object = {}) => ({
    label: 'In',
    registry: 'registry',
    guard: { open: true, ...guard },
  });
  const check = (receivers: ReturnType<typeof receiver>[], at: Partial<Listening> = {}) =>
    found(checkIntakes([{ path: '/in', receivers }], { ...listening, ...at }, () => registry));

  it('warns of one that is open on a public address, and notices it elsewhere', () => {
    assert.deepEqual(check([receiver()]), ['notice intake.open']);
    assert.deepEqual(check([receiver()], { addresses: ['203.0.113.7'] }), ['warning intake.public']);
    assert.deepEqual(check([receiver()], { host: '2001:db8::1' }), ['warning intake.public']);
    assert.deepEqual(check([receiver()], { host: '127.0.0.1', addresses: ['203.0.113.7'] }), [
      'notice intake.open',
    ]);
    assert.deepEqual(check([receiver()], { asksAll: true, host: '203.0.113.7' }), ['ok intake.guarded']);
    assert.deepEqual(check([receiver({ open: false })]), ['ok intake.guarded']);
  });

  it('tells of one that is not set up, and of one whose path is taken', () => {
    const problem = new Error('the token is missing');
    assert.deepEqual(check([receiver({ open: false, problem }), receiver()]), [
      'error intake.closed',
      'error intake.taken',
    ]);
  });
});
