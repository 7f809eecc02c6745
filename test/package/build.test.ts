import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../support/package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const inputs = ['package.json', 'tsconfig.json', 'nodes', 'src', 'icons', 'scripts'];

function checkout(): string {
  const folder = temporaryFolder('build-');
  for (const input of inputs) cpSync(join(packageRoot, input), join(folder, input), { recursive: true });
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const build = (folder: string) =>
  execa('node', ['scripts/build.ts'], { cwd: folder, reject: false, all: true });

function builtFiles(folder: string): Record<string, string> {
  const files = globSync('{dist,resources}/**/*', { cwd: folder }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  const digest = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  return Object.fromEntries(files.sort().map((path) => [path, digest(path)]));
}

describe('the build', function () {
  this.timeout(60_000);

  it('gives the same files in a clean checkout as here, and clears what an earlier one left', async () => {
    const folder = checkout();
    mkdirSync(join(folder, 'dist/nodes'), { recursive: true });
    writeFileSync(join(folder, 'dist/nodes/gone.js'), '');
    const { exitCode, all } = await build(folder);
    assert.equal(exitCode, 0, all);
    assert.deepEqual(builtFiles(folder), builtFiles(packageRoot));
  });

  it('fails when the compiler does', async () => {
    const folder = checkout();
    writeFileSync(join(folder, 'src/wrong.ts'), 'export const wrong: string = 1;\n');
    const { exitCode, all } = await build(folder);
    assert.notEqual(exitCode, 0);
    assert.match(all ?? '', /src\/wrong\.ts/);
  });

  it('gives one editor half the catalogue, and none the library of the schemas', () => {
    const html = globSync('dist/nodes/*.html', { cwd: packageRoot }).map((path) =>
      readFileSync(join(packageRoot, path), 'utf8'),
    );
    assert.equal(html.filter((text) => text.includes('"clients.subscriptions.assign"')).length, 1);
    assert.ok(html.every((text) => !text.includes('{{')));
    const bytes = html.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    assert.ok(bytes < 125_000, `the editor loads ${bytes} bytes of them`);
    assert.ok(existsSync(join(packageRoot, 'dist/nodes/locales/en-US')));
  });

  it('fails when a dialog asks for what the engine does not have', async () => {
    const folder = checkout();
    writeFileSync(
      join(folder, 'src/dialogs/provisioning-log.ts'),
      "import { gone } from '../engine/words/bounds.ts';\ngone();\n",
    );
    const { exitCode, all } = await build(folder);
    assert.notEqual(exitCode, 0);
    assert.match(all ?? '', /provisioning-log\.ts/);
  });
});
