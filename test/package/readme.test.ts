import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stage } from '../../src/engine/store/stage.ts';
import type { CircuitState } from '../../src/engine/words/admin-answers.ts';
import { executionStatuses } from '../../src/engine/words/execution.ts';
import { type Definition, definitionsIn, packageRoot, readJson, readText } from '../support/package.ts';

const readme = readText('README.md');
const nodes = readText('docs/nodes.md');
const adminApi = readText('docs/admin-api.md');
const definitions: Definition[] = globSync('dist/nodes/*.html', { cwd: packageRoot }).flatMap((path) =>
  definitionsIn(readText(path)),
);

/** A node's own section: from its heading to the next one. */
function sectionOf(type: string): string {
  const [, section = ''] = nodes.split(`## \`${type}\``);
  return section.split(/\n## /)[0] ?? '';
}

/** The rows of a section's tables: property or properties, and default, as they are written. */
const rowsOf = (section: string): (readonly [string, string])[] =>
  [...section.matchAll(/^\| *(.*?) *\| *(.*?) *\|/gm)].map(([, name = '', value = '']) => [name, value]);

/** A default as the table writes it. */
function written(value: unknown): string {
  if (value === '') return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
  return typeof value === 'number' ? text : `\`${text}\``;
}

/** What GitHub calls the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...readText(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the README', () => {
  it('shows the two commands, the second of which the continuous integration runs as it stands', () => {
    assert.match(readme, /```sh\nnpm ci && npm start\n```/);
    const [, command = ''] = /The tests:\n\n```sh\n(.+)\n```/.exec(readme) ?? [];
    assert.equal(command, 'npm ci && npm test');
    assert.ok(readText('.ci/run').includes(`'${command}'`));
  });

  it('names examples by the names that the editor shows, and so do its pages and they themselves', () => {
    const examples = globSync('examples/*.json', { cwd: packageRoot });
    const texts = globSync('{*.md,docs/*.md,examples/*.json}', { cwd: packageRoot }).map(readText).join('\n');
    const named = [...texts.matchAll(/(?:contrib-provisioning|Examples?) → (\d+\. [^_*`"]+)/g)];
    assert.ok(named.length > 0);
    for (const [, name] of named) assert.ok(examples.includes(join('examples', `${name}.json`)), name);
  });

  it('names pages in examples as links that lead out of the package, which does not hold them', () => {
    const { repository } = readJson<{ repository: { url: string } }>('package.json');
    const pages = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;
    for (const example of globSync('examples/*.json', { cwd: packageRoot }))
      for (const [, before = '', page = ''] of readText(example).matchAll(
        /(\S*?)((?:docs\/)?[\w-]+\.md)\b/g,
      )) {
        assert.ok(before.endsWith(`(${pages}`), `${example}: ${before}${page}`);
        assert.ok(existsSync(join(packageRoot, page)), `${example}: ${page}`);
      }
  });

  it('links to pages that are there, and so do they, to headings that they have', () => {
    for (const page of globSync('{*,docs/*}.md', { cwd: packageRoot })) {
      const links = [...readText(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
      for (const [, path = '', heading] of links) {
        const linked = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(packageRoot, linked)), `${page} → ${path}`);
        if (heading !== undefined)
          assert.ok(anchorsOf(linked).includes(heading), `${page} → ${path}#${heading}`);
      }
    }
  });
});

describe('the guide for contributors', () => {
  const guide = readText('CONTRIBUTING.md');

  for (const page of ['CONTRIBUTING.md', 'ARCHITECTURE.md']) {
    it(`names files and folders that are there, in ${page}`, () => {
      const named = /`((?:\.github|docs|nodes|scripts|src|test)\/[\w./-]*)`/g;
      const paths = [...readText(page).matchAll(named)];
      assert.ok(paths.length > 20, `${paths.length} paths`);
      for (const [, path = ''] of paths) assert.ok(existsSync(join(packageRoot, path)), path);
    });
  }

  it('names commands that there are', () => {
    const { scripts } = readJson<{ scripts: Record<string, string> }>('package.json');
    const commands = [...guide.matchAll(/npm (?:run )?((?:test|check|bench|build|start)[\w:]*)/g)];
    assert.ok(commands.length > 5, `${commands.length} commands`);
    for (const [, command = ''] of commands) assert.ok(scripts[command], command);
  });
});

it('the workflows, and what runs tests, name files that are there', () => {
  for (const page of ['.github/workflows/ci.yml', 'package.json', 'scripts/test/tiers.ts']) {
    const named = [...readText(page).matchAll(/\btest\/[\w./-]+\.ts\b/g)];
    assert.ok(named.length > 0, page);
    for (const [path] of named) assert.ok(existsSync(join(packageRoot, path)), `${page} → ${path}`);
  }
});

describe('the pictures of states', () => {
  const [events, executions, circuits] = [
    ...readText('ARCHITECTURE.md').matchAll(/```mermaid\nstateDiagram-v2\n(.*?)\n```/gs),
  ].map(([, picture]) => picture);
  // What follows a semicolon in a label is drawn as further states.
  const arrow = /^ {2}(\[\*\]|\w+) --> (\[\*\]|\w+)(?:: [^;:]+)?$/;
  const statesOf = (picture = '') =>
    new Set(
      picture.split('\n').flatMap((line) => {
        const [, from = '', to = ''] = arrow.exec(line) ?? assert.fail(line);
        return [from, to].filter((state) => state !== '[*]');
      }),
    );

  it('have the stages of an event, those that settle it as one', () => {
    const settled = new Set(['succeeded', 'failed', 'cancelled']);
    const stages = Object.keys(stage).map((name) => (settled.has(name) ? 'settled' : name));
    assert.deepEqual(statesOf(events), new Set(stages));
  });

  it('have the statuses of an execution', () => {
    assert.deepEqual(statesOf(executions), new Set(executionStatuses));
  });

  it("have the states of a handler's circuit", () => {
    const states = { closed: 0, open: 0, probing: 0, gone: 0 } satisfies Record<CircuitState, number>;
    assert.deepEqual(statesOf(circuits), new Set(Object.keys(states)));
  });
});

describe('the reference', () => {
  for (const { type, defaults, credentials = {} } of definitions) {
    describe(`on ${type}`, () => {
      const section = sectionOf(type);

      it('names every property and credential of its dialog', () => {
        for (const property of [...Object.keys(defaults), ...Object.keys(credentials)]) {
          if (property === 'configVersion') continue;
          assert.ok(section.includes(`\`${property}\``), property);
        }
      });

      it('gives the defaults that the dialog has', () => {
        for (const [cell, value] of rowsOf(section)) {
          const names = [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
          const values = names.flatMap((name) => (defaults[name] ? [written(defaults[name].value)] : []));
          if (values.length > 0) assert.equal(value, values.filter(Boolean).join(', '), names.join(', '));
        }
      });
    });
  }

  it('names every route of the admin API', () => {
    const sources = globSync('src/runtime/admin/*.ts', { cwd: packageRoot }).map(readText).join('\n');
    const methods = { get: 'GET', text: 'GET', post: 'POST', ask: 'POST', patch: 'PATCH' };
    const routes = [...sources.matchAll(/routes\.(get|text|post|ask|patch)\(\s*'([^']+)'/g)];
    assert.ok(routes.length > 15, `${routes.length} routes`);
    for (const [, kind = 'get', path = ''] of routes) {
      const shown = path.replace(':registry', ':id').replace(':event', ':eventId').replace(':node', ':id');
      const route = `${methods[kind as keyof typeof methods]} ${shown}`;
      assert.ok(adminApi.includes(`\`${route}\``) || adminApi.includes(`\`${route}?`), route);
    }
  });
});
