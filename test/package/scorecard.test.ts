import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { definitionsIn, manifest, packageRoot, readJson, readText } from '../support/package.ts';

interface Semver {
  satisfies(version: string, range: string): boolean;
  subset(range: string, of: string): boolean;
}

const here = createRequire(import.meta.url);
// Node-RED's own reading of version ranges is the one that counts.
const semver = createRequire(here.resolve('node-red/package.json'))('semver') as Semver;

const editorHalves = globSync('dist/nodes/*.html', { cwd: packageRoot });
const definitions = editorHalves.flatMap((path) => definitionsIn(readText(path)));

// The rules that flows.nodered.org rates packages by (node-red-dev validate), as far as they need no network.
describe('the scorecard', () => {
  it('P01: names a licence', () => assert.equal(manifest.license, 'Apache-2.0'));

  it('P03: says where the source is and where bugs go', () =>
    assert.ok(manifest.repository && manifest.bugs));

  it('P04: has a name that a contributed package may have', () => {
    assert.match(manifest.name, /^(?:@[^/]+\/|node-red-contrib-)/);
  });

  it('P05: is found by the keyword node-red', () => assert.ok(manifest.keywords?.includes('node-red')));

  it('P06: accepts the current Node-RED and the one in maintenance', () => {
    for (const version of ['5.0.7', '4.1.15'])
      assert.ok(semver.satisfies(version, manifest['node-red'].version), version);
  });

  it('P07: asks for a Node.js that all dependencies run on, though Node-RED 5 would do with 22.9', () => {
    assert.equal(manifest.engines.node, '^22.19 || >=24');
    assert.ok(semver.satisfies(process.versions.node, manifest.engines.node));
    for (const name of Object.keys(manifest.dependencies)) {
      const { engines } = readJson<{ engines?: { node?: string } }>(`node_modules/${name}/package.json`);
      assert.ok(
        semver.subset(manifest.engines.node, engines?.node ?? '*'),
        `${name} needs Node.js ${engines?.node}`,
      );
    }
  });

  it('D01: has six dependencies at most', () => assert.ok(Object.keys(manifest.dependencies).length <= 6));

  it('N01: registers types of its own by literal name, in a script that stands in the page', () => {
    const types = definitions.map(({ type }) => type);
    assert.deepEqual(types.toSorted(), Object.keys(manifest['node-red'].nodes).toSorted());
    for (const type of types) assert.match(type, /^provisioning-/);
    for (const path of editorHalves) {
      const html = readText(path);
      const literal = [...html.matchAll(/RED\.nodes\.registerType\((['"])(.+?)\1, ?\{/g)].map(
        ([, , type]) => type,
      );
      assert.deepEqual(
        literal,
        definitionsIn(html).map(({ type }) => type),
        path,
      );
    }
  });

  it('N02: shows every node of the palette in an example', () => {
    const shown = globSync('examples/*.json', { cwd: packageRoot })
      .flatMap((path) => JSON.parse(readFileSync(join(packageRoot, path), 'utf8')) as { type: string }[])
      .map(({ type }) => type);
    const palette = definitions.filter(({ category }) => category !== 'config');
    assert.ok(palette.length >= 3);
    for (const { type } of palette) assert.ok(shown.includes(type), type);
  });
});
