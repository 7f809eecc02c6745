import assert from 'node:assert/strict';
import { migrate, type NodeKind } from '../../src/runtime/migrations.ts';

describe('a saved configuration', () => {
  for (const kind of ['registry', 'handler', 'event', 'executor', 'log'] satisfies NodeKind[])
    for (const saved of [{ name: 'a' }, { name: 'a', configVersion: 1 }, { name: 'a', configVersion: '1' }])
      it(`of the kind ${kind} and the present version, ${JSON.stringify(saved)}, stays as it is`, () => {
        assert.deepEqual(migrate(kind, Object.freeze(saved)), saved);
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
    for (const configVersion of [2, '2', 99, 0, -1, 1.5, 'newest', null])
      it(`of the kind ${kind} and the version ${configVersion} is refused, with what to do`, () => {
        assert.throws(() => migrate(kind, { id: 'n1', name: 'mine', configVersion }), {
          name: 'InvalidInput',
          message: `${kind} "mine": configVersion: is ${JSON.stringify(configVersion)}, but this version of the package knows 1 at most: update node-red-contrib-provisioning, or delete the node and make it anew`,
        });
      });
});
