import assert from 'node:assert/strict';
import { migrate, type NodeKind } from '../../src/runtime/migrations.ts';

describe('a saved configuration', () => {
  for (const kind of ['registry', 'event', 'executor', 'log'] satisfies NodeKind[])
    for (const saved of [{ name: 'a' }, { name: 'a', configVersion: 1 }, { name: 'a', configVersion: '1' }])
      it(`of the kind ${kind} and the present version, ${JSON.stringify(saved)}, stays as it is`, () => {
        assert.deepEqual(migrate(kind, Object.freeze(saved)), saved);
      });

  it('of a handler from before there was a choice of what is retried keeps retrying every failure', () => {
    for (const saved of [{ name: 'a' }, { name: 'a', configVersion: 1 }, { name: 'a', configVersion: '1' }])
      assert.deepEqual(migrate('handler', Object.freeze(saved)), { ...saved, retryOn: 'any' });
    assert.deepEqual(migrate('handler', { configVersion: 1, retryOn: 'transient' }), {
      configVersion: 1,
      retryOn: 'transient',
    });
  });

  it('of a handler of the present version stays as it is', () => {
    for (const saved of [{ configVersion: 2 }, { configVersion: '2', retryOn: 'any' }])
      assert.deepEqual(migrate('handler', Object.freeze(saved)), saved);
  });

  for (const kind of ['registry', 'event', 'executor', 'log', 'handler-in', 'handler-reply'] as const)
    it(`of the kind ${kind} and the second version is refused: there is none`, () => {
      assert.throws(
        () => migrate(kind, { id: 'n1', configVersion: 2 }),
        /configVersion: is 2, but .* knows 1 at most/,
      );
    });

  for (const kind of [
    'registry',
    'handler',
    'event',
    'executor',
    'log',
    'handler-in',
    'handler-reply',
  ] as const)
    for (const configVersion of [3, '3', 99, 0, -1, 1.5, 'newest', null])
      it(`of the kind ${kind} and the version ${configVersion} is refused, with what to do`, () => {
        assert.throws(() => migrate(kind, { id: 'n1', name: 'mine', configVersion }), {
          name: 'InvalidInput',
          message: `${kind} "mine": configVersion: is ${JSON.stringify(configVersion)}, but this version of the package knows ${kind === 'handler' ? 2 : 1} at most: update node-red-contrib-provisioning, or delete the node and make it anew`,
        });
      });
});
