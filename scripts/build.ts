import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { builtIn } from '../src/engine/words/catalogue.ts';

const root = join(import.meta.dirname, '..');
const from = (...path: string[]): string => join(root, ...path);

/** Where an editor half wants the built-in event types; its dialogs must know them before anything is deployed. */
const catalogueMarker = '{{catalogue}}';
/** Where an editor half wants the package's version: a browser must not go on with what it kept of another one. */
const versionMarker = '{{version}}';

await Promise.all([
  rm(from('dist'), { recursive: true, force: true }),
  rm(from('resources'), { recursive: true, force: true }),
]);
await mkdir(from('dist/nodes'), { recursive: true });
const [compiled] = await Promise.all([
  execa('tsc', ['-p', from('tsconfig.json')], {
    preferLocal: true,
    localDir: root,
    stdio: 'inherit',
    reject: false,
  }),
  copyEditorHalves(),
  bundleTab(),
  cp(from('nodes/locales'), from('dist/nodes/locales'), { recursive: true }),
  // Node-RED serves icons from beside the entry files only.
  cp(from('icons'), from('dist/nodes/icons'), { recursive: true }),
]);
if (compiled.failed) process.exit(compiled.exitCode ?? 1);

async function copyEditorHalves(): Promise<void> {
  const catalogue = inlineScriptJson(builtIn);
  const { version } = JSON.parse(await readFile(from('package.json'), 'utf8')) as { version: string };
  for await (const file of glob(from('nodes/*.html'))) {
    const html = await readFile(file, 'utf8');
    await writeFile(
      from('dist/nodes', basename(file)),
      html.replaceAll(catalogueMarker, () => catalogue).replaceAll(versionMarker, () => version),
    );
  }
}

async function bundleTab(): Promise<void> {
  await build({
    entryPoints: [from('src/tab/main.ts')],
    outfile: from('resources/provisioning-tab.js'),
    bundle: true,
    inject: [from('src/tab/charts/navigator.ts')],
    format: 'esm',
    target: 'es2022',
    minify: true,
    loader: { '.css': 'text' },
    legalComments: 'eof',
    logLevel: 'warning',
  });
}

/** JSON that can stand in an inline script: `</script>` and `<!--` would end it. */
function inlineScriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
