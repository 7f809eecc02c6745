import { globSync } from 'node:fs';
import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..');
const from = (...path: string[]): string => join(root, ...path);

const bundled = {
  bundle: true,
  target: 'es2022',
  charset: 'utf8',
  minify: true,
  logLevel: 'warning',
} satisfies BuildOptions;

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
  bundlePage(),
  bundleTour(),
  cp(from('nodes/locales'), from('dist/nodes/locales'), { recursive: true }),
  // Node-RED serves icons from beside the entry files only.
  cp(from('icons'), from('dist/nodes/icons'), { recursive: true }),
]);
if (compiled.failed) process.exit(compiled.exitCode ?? 1);

/** The templates of each set, and what it registers as a script in the page: the editor fetches nothing more. */
async function copyEditorHalves(): Promise<void> {
  const { version } = JSON.parse(await readFile(from('package.json'), 'utf8')) as { version: string };
  for await (const file of glob(from('nodes/*.html'))) {
    // Indentation is for who reads the sources; in the page, a line's end is as good as any blank.
    const templates = (await readFile(file, 'utf8')).replace(/\n[ \t]+/g, '\n');
    const { outputFiles } = await build({
      ...bundled,
      entryPoints: globSync(from(`src/*/${basename(file, '.html')}.ts`)),
      define: { packageVersion: JSON.stringify(version) },
      // A set must be registered once its page is there: the editor does not wait for modules.
      format: 'iife',
      write: false,
    });
    const scripts = outputFiles.map(({ text }) => `\n<script type="text/javascript">${text}</script>\n`);
    await writeFile(from('dist/nodes', basename(file)), templates + scripts.join(''));
  }
}

async function bundleTab(): Promise<void> {
  await build({
    ...bundled,
    entryPoints: [from('src/tab/main.ts')],
    outfile: from('resources/provisioning-tab.js'),
    inject: [from('src/tab/charts/navigator.ts')],
    format: 'esm',
    loader: { '.css': 'text' },
    legalComments: 'eof',
  });
}

/** What stands in for the editor where the tab is a page of its own; it fetches the tab's bundle. */
async function bundlePage(): Promise<void> {
  const { version } = JSON.parse(await readFile(from('package.json'), 'utf8')) as { version: string };
  await build({
    ...bundled,
    entryPoints: [from('src/tab/page/main.ts')],
    outfile: from('resources/provisioning-page.js'),
    define: { packageVersion: JSON.stringify(version) },
    format: 'esm',
  });
}

/** Fetched by the editor's tour guide when the tour is asked for. */
async function bundleTour(): Promise<void> {
  await build({
    ...bundled,
    entryPoints: [from('src/tab/tour.ts')],
    outfile: from('resources/first-flow.js'),
    format: 'esm',
  });
}
