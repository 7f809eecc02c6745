import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { execa } from 'execa';
import { packageRoot } from '../support/package.ts';

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const sources = (pattern: string): string[] => globSync(pattern, { cwd: packageRoot }).sort();
const built = (pattern: string): string[] => sources(pattern).map((path) => `dist/${path}`);

describe('the tarball', () => {
  let files: Map<string, number>;

  before(async function () {
    this.timeout(30_000);
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: packageRoot,
    });
    const [packed] = JSON.parse(stdout) as Packed[];
    assert.ok(packed);
    files = new Map(packed.files.map(({ path, mode }) => [path, mode]));
  });

  it('holds what is built, the examples, the samples and four documents, and nothing else', () => {
    const folders = /^(?:dist|resources|examples|samples)\//;
    const others = [...files.keys()].filter((path) => !folders.test(path)).sort();
    assert.deepEqual(others, ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  });

  it('has one built file for every source file, and none that is left over', () => {
    const compiled = sources('{nodes,src}/**/*.ts')
      .filter((path) => !/^src\/(?:dialogs|editor|tab)\//.test(path))
      .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
    const icons = sources('icons/*').map((path) => `dist/nodes/${path}`);
    const expected = [
      ...compiled,
      ...icons,
      ...built('nodes/*.html'),
      ...built('nodes/locales/*/*'),
      ...built('src/engine/words/*.json'),
    ];
    const dist = [...files.keys()].filter((path) => path.startsWith('dist/'));
    assert.deepEqual(dist.sort(), expected.sort());
  });

  it('holds the tab as one bundle, what it needs as a page of its own, and the tour', () => {
    const resources = [...files.keys()].filter((path) => path.startsWith('resources/'));
    assert.deepEqual(resources, [
      'resources/first-flow.js',
      'resources/provisioning-page.css',
      'resources/provisioning-page.js',
      'resources/provisioning-tab.js',
    ]);
  });

  // Node-RED offers every file and folder of it in the import menu.
  it('holds flows in the examples, and nothing else there', () => {
    const examples = [...files.keys()].filter((path) => path.startsWith('examples/'));
    assert.deepEqual(examples.sort(), sources('examples/*.json'));
  });

  it('holds every payload and script', () => {
    const samples = [...files.keys()].filter((path) => path.startsWith('samples/'));
    assert.deepEqual(samples.sort(), sources('samples/{payloads/*.json,scripts/*}'));
  });

  it('keeps the scripts executable', () => {
    const scripts = [...files].filter(([path]) => path.startsWith('samples/scripts/'));
    assert.ok(scripts.length > 0);
    for (const [path, mode] of scripts) assert.equal(mode & 0o111, 0o111, path);
  });
});
