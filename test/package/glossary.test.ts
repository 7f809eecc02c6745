import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { builtIn } from '../../src/engine/words/catalogue.ts';

const nodes = join(import.meta.dirname, '../../nodes');
const read = (path: string): string => readFileSync(join(nodes, path), 'utf8');
const german = globSync('locales/de/*', { cwd: nodes });

/** What CONTRIBUTING.md says a thing is called in German, and words for it that would be a second name. */
const otherNames: Readonly<Record<string, RegExp>> = {
  'Ereignis, Ereignis-Node': /\bEvent(?:s|-Nodes?|-)(?![\w.])/,
  'Ausführung, Ausführungs-Node': /\bExecutors?\b|\bExekution/,
  Handler: /\bBehandler/,
  'Übernahme (deploy), übernehmen':
    /\bDeployment|\bdeploy(?:t|en|ed|ten|te)\b|\bdas Übernehmen|zum Übernehmen|bereitstell/i,
  Registrys: /\bRegistries\b|Registrierung/,
  Umschlag: /\b(?<!`)Envelope\b/,
  Ausführungslog: /Protokoll/,
  Authentifizierung: /\bAnmeldung\b|Sign.?in/i,
  Geheimnis: /\bSecret\b/,
  Node: /\bKnoten\b/,
};

function textsOf(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value) => (typeof value === 'string' ? value : textsOf(value)));
}

describe('the German texts', () => {
  for (const path of german) {
    it(`have one name for a thing, that of the glossary: ${basename(path)}`, () => {
      // Keys are English, and so are names of properties, which stand in backquotes.
      const texts = path.endsWith('.json') ? textsOf(JSON.parse(read(path))) : read(path).split('\n');
      for (const [name, other] of Object.entries(otherNames))
        for (const text of texts) assert.doesNotMatch(text.replace(/`[^`]*`|<[^>]*>/g, ''), other, name);
    });
  }

  it('call a palette node and what is said of it by one name', () => {
    const paletteOf = (set: string) => JSON.parse(read(`locales/de/${set}.json`))[set].palette;
    assert.deepEqual(
      ['event', 'executor', 'log', 'query', 'handler-in', 'handler-reply'].map((set) =>
        paletteOf(`provisioning-${set}`),
      ),
      ['Ereignis', 'Ausführung', 'Ausführungslog', 'Abfrage', 'Handler-Eingang', 'Handler-Antwort'],
    );
  });
});

describe('the texts of both languages', () => {
  for (const locale of ['en-US', 'de']) {
    it(`leave the canvas room for a status, ${locale}`, () => {
      for (const set of [
        'event',
        'executor',
        'handler-in',
        'handler-reply',
        'log',
        'watch',
        'query',
        'registry',
      ]) {
        const catalogue = JSON.parse(read(`locales/${locale}/provisioning-${set}.json`));
        const { status = {} } = catalogue[`provisioning-${set}`];
        for (const [key, text] of Object.entries<string>(status))
          assert.ok(text.replace(/__\w+__/g, '').length < 20, `${set} ${key}: ${text}`);
      }
    });

    it(`name every built-in event type and its group, ${locale}`, () => {
      const { title, group } = JSON.parse(read(`locales/${locale}/provisioning-dialog.json`))[
        'provisioning-dialog'
      ];
      const keyOf = (name: string) => name.toLowerCase().replace(/\W/g, '_');
      for (const type of builtIn) {
        const said = [title[keyOf(type.id)], group[keyOf(type.group)]];
        assert.ok(said.every((text) => typeof text === 'string'));
        if (locale === 'en-US') assert.deepEqual(said, [type.title, type.group]);
      }
      assert.equal(Object.keys(title).length, builtIn.length);
    });
  }
});
