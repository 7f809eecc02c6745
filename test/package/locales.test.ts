import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { manifest } from '../support/package.ts';

const root = join(import.meta.dirname, '../..');
const nodes = join(root, 'nodes');
const locales = globSync('*', { cwd: join(nodes, 'locales') });
const sets = globSync('*.html', { cwd: nodes }).map((file) => basename(file, '.html'));

type Catalog = Readonly<Record<string, unknown>>;

const read = (path: string): string => readFileSync(path, 'utf8');
const catalogOf = (locale: string, set: string): Catalog =>
  JSON.parse(read(join(nodes, 'locales', locale, `${set}.json`)));

/** `{a: {b: 'text'}}` → `[['a.b', 'text']]` */
function entriesOf(catalog: Catalog, prefix = ''): [string, unknown][] {
  return Object.entries(catalog).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? entriesOf(value as Catalog, `${prefix}${key}.`)
      : [[prefix + key, value]],
  );
}

const keysOf = (catalog: Catalog): string[] => entriesOf(catalog).map(([key]) => key);

/** A module and what it imports of a folder, directly or not. */
function modulesOf(file: string, folder: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  for (const [, path = ''] of read(file).matchAll(/ from '(\.[^']+)'/g)) {
    const imported = join(dirname(file), path);
    if (imported.startsWith(join(root, folder))) modulesOf(imported, folder, found);
  }
  return found;
}

/** What asks for the texts of a set: its page, its runtime half and what that stands on, and what the tab is bundled from. */
function sourceOf(set: string): string {
  // The `RED` of a set is handed as far as src/runtime.
  const runtime = modulesOf(join(nodes, `${set}.ts`), 'src/runtime');
  const dialog = [...modulesOf(join(root, `src/dialogs/${set}.ts`), 'src/dialogs')];
  // What the dialogs share has its texts with the plugin that they share.
  const shared = set === 'provisioning-dialog' ? globSync('src/dialogs/shared/*.ts', { cwd: root }) : [];
  const halves = [
    join(nodes, `${set}.html`),
    ...runtime,
    ...dialog.filter((file) => dirname(file) !== join(root, 'src/dialogs/shared')),
    ...shared.map((file) => join(root, file)),
  ];
  const bundled = set === 'provisioning-tab' ? globSync('src/tab/**/*.ts', { cwd: root }) : [];
  return [...halves, ...bundled.map((file) => join(root, file))].map(read).join('\n');
}

/** Where an expression stands in a key, `*` does in its pattern. */
const patternOf = (key: string): string => key.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '*');

/** Keys that a set asks for. */
function keysAskedBy(set: string): string[] {
  const source = sourceOf(set);
  const attributes = [...source.matchAll(/\bdata-i18n="([^"]+)"/g)]
    .flatMap(([, value = '']) => value.split(';'))
    .map((key) => key.replace(/^\[[^\]]+\]/, ''));
  const calls = [...source.matchAll(/\._\(\s*(['`])(.+?)\1/g)].map(([, , key = '']) => key);
  // By convention `text('label.x')`, in the tab also `this.t(…)`, is short for the key with the set's name before it.
  const short = [...source.matchAll(/(?:(?<!\.)\btext|\bthis\.t)\(\s*(['`])(.+?)\1/g)].map(
    ([, , key = '']) => `${set}.${key}`,
  );
  // The text of a status on the canvas is a key too.
  const statuses = [...source.matchAll(/\btext: '([^']+)'/g)]
    .map(([, key = '']) => key)
    .filter((key) => key.startsWith(`${set}.`));
  return [...attributes, ...calls, ...short, ...statuses]
    .map(patternOf)
    .filter((key) => !key.endsWith(`${set}.*`));
}

/** Whatever a set's source quotes that may be a key, in full or without the set's name. */
function keysQuotedBy(set: string): string[] {
  const quoted = [...sourceOf(set).matchAll(/(['"`])((?:[\w.-]|\$\{[^}]*\}(?:\})?)+)\1/g)].map(
    ([, , text = '']) => patternOf(text),
  );
  const attributes = keysAskedBy(set);
  return [...attributes, ...quoted.filter((key) => /^\w/.test(key)).flatMap((key) => [key, `${set}.${key}`])];
}

const matches = (pattern: string, key: string): boolean =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`).test(key);

const placeholdersOf = (text: unknown): string[] =>
  [...String(text).matchAll(/__\w+?__/g)].map(([name]) => name).sort();

/** The catalog of Node-RED itself, which `node-red:` keys are looked up in. */
function coreCatalog(locale: string): Catalog {
  const require = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'));
  return JSON.parse(read(require.resolve(`@node-red/nodes/locales/${locale}/messages.json`)));
}

describe('the locales', () => {
  it('are en-US and at least one more', () => {
    assert.ok(locales.includes('en-US'));
    assert.ok(locales.length > 1);
  });

  for (const set of sets) {
    describe(set, () => {
      for (const locale of locales) {
        it(`has every text that it asks for in ${locale}`, () => {
          const [own, core] = [keysOf(catalogOf(locale, set)), keysOf(coreCatalog(locale))];
          const missing = keysAskedBy(set).filter((key) =>
            key.startsWith('node-red:')
              ? !core.includes(key.slice('node-red:'.length))
              : !own.some((known) => matches(key, known)),
          );
          assert.deepEqual(missing, []);
        });
      }

      it('holds no text that nobody asks for', () => {
        const asked = keysQuotedBy(set);
        const unused = keysOf(catalogOf('en-US', set)).filter(
          (key) => !asked.some((pattern) => matches(pattern, key)),
        );
        assert.deepEqual(unused, []);
      });

      for (const locale of locales.filter((locale) => locale !== 'en-US')) {
        it(`says in ${locale} what it says in en-US, with the same placeholders`, () => {
          const shapeOf = (locale: string) =>
            Object.fromEntries(
              entriesOf(catalogOf(locale, set)).map(([key, text]) => [key, placeholdersOf(text)]),
            );
          assert.deepEqual(shapeOf(locale), shapeOf('en-US'));
        });
      }

      if (!(set in manifest['node-red'].nodes)) return;
      for (const locale of locales) {
        it(`has help in ${locale}`, () => {
          const help = read(join(nodes, 'locales', locale, `${set}.html`));
          assert.match(help, new RegExp(`<script type="text/markdown" data-help-name="${set}">\\n\\S`));
        });
      }
    });
  }
});
