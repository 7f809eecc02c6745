import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually } from '../support/eventually.ts';
import { examples, onPort } from '../support/examples.ts';
import { type NodeRed, startNodeRed, temporaryFolder } from '../support/node-red.ts';
import { manifest, packageRoot, readText } from '../support/package.ts';

interface Execution {
  readonly status: string;
  readonly handler: { readonly name: string };
}

interface PaletteModule {
  readonly name: string;
  readonly nodes: readonly { readonly name: string; readonly enabled: boolean; readonly err?: unknown }[];
}

const intakeExample = examples.find(({ name }) => name.startsWith('2.'))?.nodes ?? [];
const envelope = readText('examples/payloads/clients.create.json');

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

// Needs the registry and a minute; the name keeps it out of the ordinary test run.
describe('the packed tarball', function () {
  this.timeout(300_000);
  let tarball: { file: string; integrity: string };

  before(async () => {
    tarball = await pack();
  });

  it('is the same, to the byte, when it is packed again', async () => {
    assert.equal((await pack()).integrity, tarball.integrity);
  });

  for (const version of ['5.0.7', '4.1']) {
    describe(`in Node-RED ${version}`, () => {
      const userDir = temporaryFolder('installed-');
      let red: NodeRed | undefined;

      after(() => red?.kill9());

      it('is installed by npm, engine-strict as the palette manager has it', async () => {
        mkdirSync(userDir, { recursive: true });
        writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'installed', private: true }));
        await execa(
          'npm',
          ['install', '--engine-strict', '--no-audit', '--no-fund', `node-red@${version}`, tarball.file],
          { cwd: userDir },
        );
      });

      it('loads with every node enabled', async () => {
        red = await startNodeRed({
          userDir,
          nodesDir: null,
          nodeRed: join(userDir, 'node_modules/node-red'),
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

      it('offers its examples in the import menu', async () => {
        const menu = await red?.get<(string | { fn: string })[]>(`library/examples/flows/${manifest.name}`);
        const flows = menu?.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.fn]));
        assert.deepEqual(
          flows,
          examples.map(({ name }) => name),
        );
      });

      it('takes an event and calls the handlers of its flow: an endpoint and a script of the package', async () => {
        assert.ok(red);
        await red.deploy(onPort(new URL(red.url).port, intakeExample));
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

      it('ends in peace', async () => {
        await red?.stop();
        assert.equal(await red?.ended, 0);
      });
    });
  }
});
