import assert from 'node:assert/strict';
import { migrate, type NodeKind } from '../../src/runtime/migrations.ts';

describe('a saved configuration', () => {
  for (const kind of ['registry', 'handler', 'event', 'executor', 'log'] satisfies NodeKind[])
    for (const saved of [{ name: 'a' }, { name: 'a', configVersion: 1 }, { name: 'a', configVersion: '1' }])
      it(`of the kind ${kind} and the present version, ${JSON.stringify(saved)}, stays as it is`, () => {
        assert.deepEqual(migrate(kind, Object.freeze(saved)), saved);
      });

  it('of a version that is not known yet stays as it is', () => {
    assert.deepEqual(migrate('handler', { configVersion: 99 }), { configVersion: 99 });
  });
});
