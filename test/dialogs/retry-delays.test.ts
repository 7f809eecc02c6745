import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDelays, spanOf, spellDelay } from '../../src/dialogs/handler/retry-delays.ts';

describe('retry delays in the dialog', () => {
  it('are spelled by their largest unit that leaves no rest', () => {
    assert.deepEqual([5, 300, 7200, 86_400, 90, 0, 0.5].map(spellDelay), [
      '5s',
      '5m',
      '2h',
      '1d',
      '90s',
      '0s',
      '0.5s',
    ]);
  });

  it('are read in seconds, with any of the usual signs between them and none for seconds', () => {
    assert.deepEqual(readDelays('10, 1m 2h; 1D\n1.5h'), [10, 60, 7200, 86_400, 5400]);
    assert.deepEqual(readDelays(' '), []);
  });

  it('stay the text they are when they can not be read', () => {
    for (const spelled of ['soon', '5 s', '-1s', '5x', '1m, ?', '.5s'])
      assert.equal(readDelays(spelled), spelled);
  });

  it('come back as they were spelled', () => {
    const seconds = fc.array(fc.nat(2_592_000), { maxLength: 100 });
    fc.assert(
      fc.property(seconds, (delays) =>
        assert.deepEqual(readDelays(delays.map(spellDelay).join(', ')), delays),
      ),
    );
  });

  it('are summed up by the two largest units', () => {
    assert.equal(spanOf([5, 300, 1800, 7200, 18_000, 36_000, 36_000]), '1 d 3 h');
    assert.equal(spanOf([86_400, 60, 1]), '1 d 1 m');
    assert.equal(spanOf([59.6]), '1 m');
    assert.equal(spanOf([0]), '0 s');
  });
});
