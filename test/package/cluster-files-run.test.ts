import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import {
  folder,
  kinds,
  type Probe,
  read,
  services,
  settings,
  settingsFile,
} from '../support/cluster-files.ts';
import { eventually } from '../support/eventually.ts';
import { misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { packageRoot } from '../support/package.ts';
import { startPostgres } from '../support/postgres.ts';
import { envelope, postJson } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { signIn, user } from '../support/users.ts';

const [container] = kinds.Deployment.spec.template.spec.containers;

describe('Node-REDs with the settings and the variables of the files for several instances', function () {
  this.timeout(120_000);
  const flows = temporaryFolder('flows-');
  const admin = user('admin', '*');
  const [editor, other] = ['node-red-1', 'node-red-2'];
  const reds = new Map<string, NodeRed>();
  const at = (name: string) => reds.get(name) as NodeRed;
  let receiver: Awaited<ReturnType<typeof misbehavingServer>>;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;

  before(async () => {
    receiver = await misbehavingServer();
    postgres = await startPostgres();
    copyFileSync(join(packageRoot, folder, 'flows/flows.json'), join(flows, 'flows.json'));
    for (const name of [editor, other]) {
      const values: Readonly<Record<string, string>> = {
        POSTGRES_PASSWORD: 'safe',
        NODE_RED_CREDENTIAL_SECRET: 'secret',
        NODE_RED_ADMIN_HASH: admin.password,
      };
      const env = Object.fromEntries(
        Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
          variable,
          value.replace(/\$\{(\w+):[?-]\}/g, (_, named) => values[named] ?? assert.fail(named)),
        ]),
      );
      const url = new URL(env['PROVISIONING_POSTGRES_URL'] ?? '');
      assert.equal(url.hostname, 'postgres');
      if (name === editor) await makeDatabase(url);
      url.host = new URL(postgres.url).host;
      reds.set(
        name,
        await startNodeRed({
          settings: { httpAdminRoot: settings.httpAdminRoot },
          settingsCode: `{ ...require(${JSON.stringify(settingsFile)}), flowFile: ${JSON.stringify(join(flows, 'flows.json'))} }`,
          env: { ...env, PROVISIONING_POSTGRES_URL: url.href, RECEIVER: receiver.url },
        }),
      );
    }
  });
  after(async () => {
    for (const red of reds.values()) await red.kill9();
    await receiver.close();
    await postgres.stop('immediate').catch(() => undefined);
  });

  /** The user of the file, with the rights that the documentation names. */
  async function makeDatabase({ username, password, pathname }: URL): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`create role ${username} login password ${pg.escapeLiteral(password)}`);
    await client.query(`create database ${pathname.slice(1)}`);
    await client.query(`grant create on database ${pathname.slice(1)} to ${username}`);
    await client.end();
  }
  const path = (probe: Probe) => probe.httpGet.path;
  const statusOf = async (name: string, ofPath: string) => (await fetch(`${at(name).url}${ofPath}`)).status;

  it('are ready, one of them with an editor', async () => {
    for (const name of [editor, other]) {
      await eventually(
        'it is ready',
        async () => (await statusOf(name, path(container.readinessProbe))) === 200,
      );
      assert.equal(await statusOf(name, path(container.livenessProbe)), 200);
    }
    assert.equal(await statusOf(editor, '/admin/'), 200);
    assert.equal(await statusOf(other, '/admin/'), 404);
    assert.equal(await statusOf(other, '/admin/flows'), 401);
  });

  it('know each other, and deliver what any receives', async () => {
    const token = await signIn(at(other), admin);
    const headers = { authorization: `Bearer ${token}` };
    await eventually('they know each other', async () => {
      const response = await at(other).admin('provisioning/instances', { headers });
      const all = (await response.json()) as { readonly state: string }[];
      return all.filter(({ state }) => state === 'live').length === 2;
    });
    for (const name of [editor, other])
      assert.equal((await at(name).node('/provisioning/events', postJson(envelope()))).status, 202);
    await eventually('both are called for', () => receiver.received.length === 2);
  });

  it('have the flows that are deployed in the editor, once they read them again', async () => {
    const deploy = async (name: string, type: string, body: unknown) => {
      const headers = {
        authorization: `Bearer ${await signIn(at(name), admin)}`,
        'node-red-api-version': 'v2',
        'node-red-deployment-type': type,
      };
      const sent = () => at(name).admin('flows', postJson(body, headers));
      await at(name).started(async () => assert.equal((await sent()).status, 200));
    };
    const saved = () => readFile(join(flows, 'flows.json'), 'utf8');
    const moved = (to: string) =>
      JSON.parse(read('flows/flows.json').replaceAll('/provisioning/events', to)) as unknown;
    await deploy(editor, 'full', { flows: moved('/moved') });
    assert.match(await saved(), /"\/moved"/);
    await deploy(other, 'reload', {});
    assert.equal((await at(other).node('/moved', postJson(envelope()))).status, 202);
    await deploy(other, 'full', { flows: moved('/astray') });
    assert.match(await saved(), /"\/moved"/);
  });
});
