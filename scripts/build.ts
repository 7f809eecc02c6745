import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { builtIn } from '../src/engine/catalogue.ts';

const root = join(import.meta.dirname, '..');
const from = (...path: string[]): string => join(root, ...path);

/** Where an editor half wants the built-in event types; its dialogs must know them before anything is deployed. */
const catalogueMarker = '{{catalogue}}';

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
  cp(from('nodes/locales'), from('dist/nodes/locales'), { recursive: true }),
  // Node-RED serves icons from beside the entry files only.
  cp(from('icons'), from('dist/nodes/icons'), { recursive: true }),
]);
if (compiled.failed) process.exit(compiled.exitCode ?? 1);

async function copyEditorHalves(): Promise<void> {
  const catalogue = inlineScriptJson(builtIn);
  for await (const file of glob(from('nodes/*.html'))) {
    const html = await readFile(file, 'utf8');
    await writeFile(
      from('dist/nodes', basename(file)),
      html.replaceAll(catalogueMarker, () => catalogue),
    );
  }
}

/** JSON that can stand in an inline script: `</script>` and `<!--` would end it. */
function inlineScriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
