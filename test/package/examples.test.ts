import assert from 'node:assert/strict';
import { accessSync, constants, globSync } from 'node:fs';
import { join } from 'node:path';
import { examples } from '../support/examples.ts';
import { type Definition, definitionsIn, packageRoot, readText } from '../support/package.ts';

const definitions = new Map<string, Definition>(
  globSync('dist/nodes/*.html', { cwd: packageRoot })
    .flatMap((path) => definitionsIn(readText(path)))
    .map((definition) => [definition.type, definition]),
);

/** The path that an `http in` node has for a URL with placeholders. */
const pathOf = (url: string) => url.replace(/\?.*/, '').replace('{objectId}', ':id');

/** What every node has, whatever its type. */
const placed = ['id', 'type', 'z', 'x', 'y', 'wires'];

describe('the examples', () => {
  it('are eleven, with ids that are unique among all of them', () => {
    assert.equal(examples.length, 11);
    const ids = examples.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  for (const { name, nodes } of examples) {
    describe(name, () => {
      const ids = new Set(nodes.map(({ id }) => id));
      const handlers = nodes.filter(({ type }) => type === 'provisioning-handler');

      it('is one flow that says in a comment what to do', () => {
        assert.equal(nodes.filter(({ type }) => type === 'tab').length, 1);
        assert.ok(nodes.some(({ type, info }) => type === 'comment' && String(info).length > 100));
        assert.ok(nodes.length <= 25, `${nodes.length} nodes`);
      });

      it('holds all that its nodes refer to', () => {
        for (const { id, z, wires, registry, handler } of nodes) {
          const targets = ((wires ?? []) as string[][]).flat();
          for (const other of [z, registry, handler, ...targets])
            assert.ok(other === undefined || ids.has(String(other)), `${id}: ${other}`);
        }
      });

      it('gives our nodes the properties that their dialogs show, and no others', () => {
        for (const node of nodes) {
          const definition = definitions.get(node.type);
          if (!definition) continue;
          const own = Object.keys(node).filter((property) => !placed.includes(property));
          assert.deepEqual(own.sort(), Object.keys(definition.defaults).sort(), node.id);
        }
      });

      it('has handlers that are endpoints or parts of the same flow, or scripts of this package', () => {
        assert.ok(handlers.length > 0);
        for (const { id, handlerType, url, command } of handlers) {
          if (handlerType === 'local')
            accessSync(join(packageRoot, 'samples/scripts', String(command)), constants.X_OK);
          else if (handlerType === 'flow')
            assert.ok(
              nodes.some(({ type, handler }) => type === 'provisioning-handler-in' && handler === id),
              id,
            );
          else
            assert.ok(
              nodes.some((node) => node.type === 'http in' && node['url'] === pathOf(String(url))),
              String(url),
            );
        }
      });
    });
  }
});
