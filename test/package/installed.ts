import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { eventually } from '../support/eventually.ts';
import { examples } from '../support/examples.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { manifest, packageRoot, readText } from '../support/package.ts';
import { registry, tab } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Execution {
  readonly status: string;
  readonly handler: { readonly name: string };
}

interface PaletteModule {
  readonly name: string;
  readonly nodes: readonly { readonly name: string; readonly enabled: boolean; readonly err?: unknown }[];
}

interface Semver {
  minVersion(range: string): { readonly version: string };
}

const here = createRequire(import.meta.url);
const semver = createRequire(here.resolve('node-red/package.json'))('semver') as Semver;

/** The oldest Node.js of each line that package.json asks for. */
const oldest = manifest.engines.node.split('||').map((line) => semver.minVersion(line).version);
const platforms = [
  { node: oldest[0] ?? '', nodeRed: '4.1' },
  { node: oldest[1] ?? '', nodeRed: '5.0.7' },
  { node: 'latest', nodeRed: '5.0.7' },
] as const;

const intakeExample = examples.find(({ name }) => name.startsWith('2.'))?.nodes ?? [];
const envelope = readText('samples/payloads/clients.create.json');
const root = temporaryFolder('installed-');

/** What npm publishes of one Node.js: a binary for this machine, with nothing to run at its installation. */
const nodePackage = `node-${process.platform}-${process.arch}`;
const nodeOf = (version: string) => join(root, `node-${version}`, 'node_modules', nodePackage, 'bin/node');
const userDirOf = (nodeRed: string) => join(root, `node-red-${nodeRed}`);

/** npm, run by a Node.js of this version: it is the one whose version `--engine-strict` looks at. */
async function npmInstall(folder: string, packages: readonly string[], node?: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'installed', private: true }));
  const path = [...(node ? [dirname(nodeOf(node))] : []), process.env['PATH']].join(delimiter);
  await execa(
    'npm',
    ['install', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund', ...packages],
    { cwd: folder, env: { PATH: path } },
  );
}

async function pack(): Promise<{ file: string; integrity: string }> {
  const folder = temporaryFolder('tarball-');
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: packageRoot,
    stderr: 'inherit',
  });
  // What the build prints goes before the JSON.
  const [{ filename, integrity }] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  return { file: join(folder, filename), integrity };
}

// Needs the registry and some minutes; the name keeps it out of the ordinary test run.
describe('the packed tarball', function () {
  this.timeout(300_000);
  let tarball: { file: string; integrity: string };

  before(async () => {
    const nodes = platforms.map(({ node }) =>
      npmInstall(join(root, `node-${node}`), [`${nodePackage}@${node}`]),
    );
    [tarball] = await Promise.all([pack(), ...nodes]);
  });

  it('is the same, to the byte, when it is packed again', async () => {
    assert.equal((await pack()).integrity, tarball.integrity);
  });

  for (const { node, nodeRed } of platforms) {
    describe(`in Node-RED ${nodeRed} on Node.js ${node}`, () => {
      const userDir = userDirOf(nodeRed);
      let red: NodeRed | undefined;

      after(() => red?.kill9());

      it('is installed by npm, engine-strict as the palette manager has it', async () => {
        await npmInstall(userDir, [`node-red@${nodeRed}`, tarball.file], node);
      });

      it('loads with every node enabled', async () => {
        red = await startNodeRed({
          userDir,
          nodesDir: null,
          nodeRed: join(userDir, 'node_modules/node-red'),
          node: nodeOf(node),
          flows: [],
        });
        const ours = await red.get<PaletteModule>(`nodes/${manifest.name}`);
        assert.deepEqual(
          ours.nodes
            .map(({ name, enabled, err }) => ({ name, enabled, err }))
            .sort((a, b) => a.name.localeCompare(b.name)),
          Object.keys(manifest['node-red'].nodes)
            .sort()
            .map((name) => ({ name, enabled: true, err: undefined })),
        );
      });

      it('offers its example flows in the import menu, and nothing else', async () => {
        assert.deepEqual(
          await red?.get(`library/examples/flows/${manifest.name}`),
          examples.map(({ name }) => ({ fn: name })),
        );
      });

      it('takes an event and calls the handlers of its flow: an endpoint and a script of the package', async () => {
        assert.ok(red);
        await red.deploy(intakeExample);
        const headers = { 'content-type': 'application/json' };
        const response = await red.node('provisioning/events', { method: 'POST', headers, body: envelope });
        assert.equal(response.status, 202, await response.clone().text());
        const { id } = (await response.json()) as { id: string };
        const path = `provisioning/registries/example2-registry/executions?eventId=${id}`;
        const rows = await eventually('both executions succeeded', async () => {
          const { items } = (await red?.get<{ items: Execution[] }>(path)) ?? { items: [] };
          return items.length === 2 && items.every(({ status }) => status === 'succeeded') && items;
        });
        assert.deepEqual(rows.map(({ handler }) => handler.name).sort(), ['CRM', 'Show the event']);
      });

      it('finds it by its words', async () => {
        const path = 'provisioning/registries/example2-registry/executions?text=clients.create';
        await eventually('the text index has it', async () => {
          const { items } = (await red?.get<{ items: Execution[] }>(path)) ?? { items: [] };
          return items.length >= 2;
        });
      });

      it('ends in peace', async () => {
        await red?.stop();
        assert.equal(await red?.ended, 0);
      });

      it('says what to install where the settings name a PostgreSQL, whose client library nobody installed', async () => {
        const postgres = 'postgres://nobody@127.0.0.1:1/none';
        red = await startNodeRed({
          userDir,
          nodesDir: null,
          nodeRed: join(userDir, 'node_modules/node-red'),
          node: nodeOf(node),
          flows: [tab, registry()],
          env: { PROVISIONING_POSTGRES_URL: postgres },
        });
        await red.printed(/client library of PostgreSQL is missing: run "npm install pg"/);
        const [found] = await red.get<{ error?: string }[]>('provisioning/registries');
        assert.match(found?.error ?? '', /run "npm install pg" in Node-RED's user directory and restart/);
        await red.stop();
        const program = join(userDir, 'node_modules/.bin', manifest.name);
        const moved = await execa(nodeOf(node), [program, 'import', userDir, postgres], { reject: false });
        assert.equal(moved.exitCode, 1);
        assert.match(moved.stderr, /^The client library is missing: npm install pg/);
      });

      // node:sqlite moves from version to version: each statement is met here.
      it('keeps the promises of the journal, run from its sources', async () => {
        const mocha = join(packageRoot, 'node_modules/mocha/bin/mocha.js');
        const options = ['--no-package', '--require', './test/support/setup.ts', '--timeout', '20000'];
        const tests = ['journal', 'store', 'log'].map(
          (name) => `test/engine/store/sqlite/sqlite-${name}.test.ts`,
        );
        // Of several files, mocha passes by those that are not there.
        for (const path of tests) assert.ok(existsSync(join(packageRoot, path)), path);
        await execa(nodeOf(node), [mocha, ...options, ...tests], {
          cwd: packageRoot,
          env: { NODE_NO_WARNINGS: '1' },
        });
      });
    });
  }
});
