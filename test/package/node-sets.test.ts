import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { definitionsIn, manifest, packageRoot, readJson, readText } from '../support/package.ts';

const { nodes, plugins = {} } = manifest['node-red'];
const stands = (path: string): boolean => existsSync(join(packageRoot, path));
const pageOf = (entry: string): string => entry.replace(/\.js$/, '.html');

describe('what Node-RED is told to load', () => {
  for (const [name, entry] of Object.entries(nodes)) {
    describe(name, () => {
      const html = pageOf(entry);
      const locale = `dist/nodes/locales/en-US/${name}`;

      it('has a runtime half and an editor half, named like the set', () => {
        assert.equal(entry, `dist/nodes/${name}.js`);
        assert.ok(stands(entry), entry);
        assert.deepEqual(
          definitionsIn(readText(html)).map(({ type }) => type),
          [name],
        );
      });

      it('has labels and help in English', () => {
        assert.deepEqual(Object.keys(readJson<object>(`${locale}.json`)), [name]);
        assert.match(readText(`${locale}.html`), new RegExp(`data-help-name="${name}"`));
      });

      it('has an icon of its own, beside the entry, where alone Node-RED looks', () => {
        const [definition] = definitionsIn(readText(html));
        assert.equal(definition?.icon, `${name}.svg`);
        assert.ok(stands(`dist/nodes/icons/${name}.svg`));
      });

      it('carries a version in its saved configuration', () => {
        const [definition] = definitionsIn(readText(html));
        const version = definition?.defaults['configVersion']?.value;
        assert.equal(version, name === 'provisioning-handler' ? 2 : 1);
      });
    });
  }

  for (const [name, entry] of Object.entries(plugins)) {
    it(`plugin ${name} has the page that its name says, and a runtime half if it is told to have one`, () => {
      assert.match(entry, new RegExp(`^dist/nodes/${name}\\.(?:js|html)$`));
      assert.ok(stands(entry), entry);
      assert.ok(stands(pageOf(entry)));
    });
  }

  // One that fails to load would keep the whole editor from starting.
  it('fetches no script from its pages', () => {
    const pages = [...Object.values(nodes), ...Object.values(plugins)].map(pageOf);
    for (const page of pages) assert.doesNotMatch(readText(page), /<script[^>]*\ssrc/i, page);
  });
});
