import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
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
  const { password } = user('admin', '*');
  const [editor, other] = ['node-red-1', 'node-red-2'];
  const reds = new Map<string, NodeRed>();
  const at = (name: string) => reds.get(name) as NodeRed;
  let receiver: Awaited<ReturnType<typeof misbehavingServer>>;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;

  before(async () => {
    receiver = await misbehavingServer();
    postgres = await startPostgres();
    copyFileSync(join(packageRoot, folder, 'flows/flows.json'), join(flows, 'flows.json'));
    await makeDatabase();
    for (const name of [editor, other]) await start(name);
  });
  after(async () => {
    for (const red of reds.values()) await red.kill9();
    await receiver.close();
    await postgres.stop('immediate').catch(() => undefined);
  });

  const variablesOf = (name: string): Record<string, string> => {
    const values: Readonly<Record<string, string>> = {
      POSTGRES_PASSWORD: 'safe',
      NODE_RED_CREDENTIAL_SECRET: 'secret',
      NODE_RED_ADMIN_HASH: password,
    };
    const given = Object.entries(services[name]?.environment ?? {});
    const filledIn = (value: string) =>
      value.replace(/\$\{(\w+):[?-]\}/g, (_, named) => values[named] ?? assert.fail(named));
    return Object.fromEntries(given.map(([variable, value]) => [variable, filledIn(value)]));
  };
  /** Those of a pod, besides those of its secret. */
  const variablesOfPod = () => ({
    ...variablesOf(other),
    ...Object.fromEntries(container.env.map((one) => [one.name, one.value])),
  });
  const database = () => new URL(variablesOf(editor)['PROVISIONING_POSTGRES_URL'] ?? '');

  /** The user of the file, with the rights that the documentation names. */
  async function makeDatabase(): Promise<void> {
    const { username, password, pathname, hostname } = database();
    assert.ok(hostname in services, hostname);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`create role ${username} login password ${pg.escapeLiteral(password)}`);
    await client.query(`create database ${pathname.slice(1)}`);
    await client.query(`grant create on database ${pathname.slice(1)} to ${username}`);
    await client.end();
  }

  async function start(name: string, variables = variablesOf(name)): Promise<void> {
    const url = Object.assign(database(), { host: new URL(postgres.url).host });
    const flowFile = JSON.stringify(join(flows, 'flows.json'));
    const red = await startNodeRed({
      settings: { httpAdminRoot: settings.httpAdminRoot },
      settingsCode: `{ ...require(${JSON.stringify(settingsFile)}), flowFile: ${flowFile} }`,
      env: { ...variables, PROVISIONING_POSTGRES_URL: url.href, RECEIVER: receiver.url },
    });
    reds.set(name, red);
  }

  const token = (name: string) =>
    signIn(at(name), {
      username: 'admin',
      permissions: name === editor ? '*' : ['read', 'provisioning.write'],
    });
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
    const headers = { authorization: `Bearer ${await token(other)}` };
    await eventually('they know each other', async () => {
      const response = await at(other).admin('provisioning/instances', { headers });
      const all = (await response.json()) as { readonly state: string }[];
      return all.filter(({ state }) => state === 'live').length === 2;
    });
    for (const name of [editor, other])
      assert.equal((await at(name).node('/provisioning/events', postJson(envelope()))).status, 202);
    await eventually('both are called for', () => receiver.received.length === 2);
  });

  it('have the flows that are deployed in the editor, and not anywhere else, once they are started again', async () => {
    const moved = (to: string) => ({
      flows: JSON.parse(read('flows/flows.json').replaceAll('/provisioning/events', to)) as unknown,
    });
    const deploy = async (name: string, body: unknown) => {
      const headers = { authorization: `Bearer ${await token(name)}`, 'node-red-api-version': 'v2' };
      return (await at(name).admin('flows', postJson(body, headers))).status;
    };
    await at(editor).started(async () => assert.equal(await deploy(editor, moved('/moved')), 200));
    assert.equal(await deploy(other, moved('/astray')), 401);
    await at(other).stop();
    await start(other);
    assert.equal((await at(other).node('/moved', postJson(envelope()))).status, 202);
  });

  it('have in a pod an editor that deploys nothing', async () => {
    await start('pod', variablesOfPod());
    assert.equal(await statusOf('pod', '/admin/'), 200);
    const headers = { authorization: `Bearer ${await token('pod')}` };
    assert.equal((await at('pod').admin('flows', { headers })).status, 200);
    assert.equal((await at('pod').admin('flows', postJson([], headers))).status, 401);
    assert.equal((await at('pod').admin('provisioning/registries', { headers })).status, 200);
  });
});
