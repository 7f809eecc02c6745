import assert from 'node:assert/strict';
import { parseHops } from '../../../src/engine/words/hops.ts';
import { issuesOf } from '../../support/invalid.ts';

describe('the hops that have led to an event', () => {
  for (const [said, hops] of [
    [undefined, 0],
    ['0', 0],
    ['1', 1],
    ['016', 16],
    [3, 3],
    [16, 16],
  ] as const)
    it(`are ${hops} when it says ${JSON.stringify(said) ?? 'nothing'}`, () => {
      assert.equal(parseHops('provisioning-hops', said), hops);
    });

  for (const said of [
    '',
    ' 1',
    '-1',
    '1.5',
    '1e1',
    '0x1',
    '1, 2',
    '9'.repeat(20),
    'many',
    null,
    true,
    [1],
    {},
    -1,
    1.5,
  ])
    it(`are none when it says ${JSON.stringify(said)}`, () => {
      assert.match(
        issuesOf(() => parseHops('provisioning-hops', said))['provisioning-hops'] ?? '',
        /^must be a whole number of hops, as a handler gets it: send it on as it came, or leave it out$/,
      );
    });

  for (const said of ['17', 17, '999999999', 1e15])
    it(`are a circle when it says ${said}`, () => {
      assert.match(
        issuesOf(() => parseHops('provisioning-hops', said))['provisioning-hops'] ?? '',
        /^is \d+, and may be 16 at most: handlers lead to events that they are called for again, in a circle/,
      );
    });
});
