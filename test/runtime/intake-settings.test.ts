import assert from 'node:assert/strict';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';

const flows = [tab, registry(), executor(), intakeNode('/in', { id: 'first', name: 'First' })];

describe('intake and the settings of Node-RED', function () {
  this.timeout(30_000);
  let red: NodeRed;

  afterEach(() => red.kill9());

  const start = async (settings: Record<string, unknown>, more: readonly FlowNode[] = []) => {
    red = await startNodeRed({ flows: [...flows, ...more], settings });
  };

  it('lies below httpNodeRoot', async () => {
    await start({ httpAdminRoot: '/admin', httpNodeRoot: '/api' });
    assert.equal((await fetch(`${red.url}/api/in`, postJson(envelope()))).status, 202);
    assert.equal((await fetch(`${red.url}/API/in/`, postJson(envelope()))).status, 202);
    assert.equal((await fetch(`${red.url}/in`, postJson(envelope()))).status, 404);
    const answer = await fetch(`${red.url}/api/in`, postJson('{"not json'));
    assert.match(await answer.text(), /"code":"invalid"/);
    assert.equal((await red.admin('provisioning/registries')).status, 200);
    assert.equal((await fetch(`${red.url}/provisioning/registries`)).status, 404);
  });

  it('needs no admin API', async () => {
    await start({ httpAdminRoot: false }, [intakeNode('/flows', { id: 'flows' })]);
    for (const path of ['/in', '/flows'])
      assert.equal((await fetch(red.url + path, postJson(envelope()))).status, 202, path);
    assert.equal((await fetch(`${red.url}/provisioning/registries`)).status, 404);
  });

  it('stands behind httpNodeAuth', async () => {
    // "secret", by bcrypt
    await start({
      httpNodeAuth: { user: 'u', pass: '$2b$04$LeT0cb7A5ga/DDrdPYIbGODT8iOIpqG76YnbC4Cq6DlJBR1ca6QMy' },
    });
    assert.equal((await red.node('/in', postJson(envelope()))).status, 401);
    const authorization = `Basic ${Buffer.from('u:secret').toString('base64')}`;
    assert.equal((await red.node('/in', postJson(envelope(), { authorization }))).status, 202);
  });

  it('is off without httpNode, which the node says; the admin API goes on', async () => {
    await start({ httpAdminRoot: '/admin', httpNodeRoot: false });
    assert.match(
      await red.printed(/provisioning-event:First\] intake: is off: httpNodeRoot is false/),
      /settings/,
    );
    assert.equal((await fetch(`${red.url}/in`, postJson(envelope()))).status, 404);
    assert.equal((await red.admin('provisioning/registries')).status, 200);
  });

  describe('at a path of the admin API', () => {
    const statusOf = async (path: string) => (await fetch(red.url + path, postJson(envelope()))).status;
    const refuses = (node: string, path: string) =>
      red.printed(
        new RegExp(
          `provisioning-event:${node}\\] intake: path: ${path} is a path of Node-RED's admin API: choose`,
        ),
      );

    it('is refused where that comes first, and the editor can deploy', async () => {
      const paths = {
        flows: '/flows',
        capitals: '//FLOWS/',
        token: '/auth/token',
        state: '/flows/state',
        inject: '/inject/event',
        ours: '/provisioning/registries/registry/events',
        unknown: '/provisioning/nodes/unknown',
      };
      const more = Object.entries(paths).map(([id, path]) => intakeNode(path, { id }));
      await start({}, more);
      for (const [node, path] of Object.entries(paths)) await refuses(node, path);
      await red.deploy([...flows, ...more, intakeNode('/flows', { id: 'later' })]);
      await refuses('later', '/flows');
      await red.deploy(flows);
      assert.equal(await statusOf('/in'), 202);
      assert.equal(await statusOf('/provisioning/registries/registry/events'), 202);
    });

    it('is like any other where the admin API lies elsewhere', async () => {
      const more = [intakeNode('/flows', { id: 'flows' }), intakeNode('/auth/token', { id: 'token' })];
      await start({ httpAdminRoot: '/admin', httpNodeRoot: '/api' }, more);
      assert.equal(await statusOf('/api/flows'), 202);
      assert.equal(await statusOf('/api/auth/token'), 202);
      await red.deploy(flows);
      assert.equal(await statusOf('/api/in'), 202);
    });

    it('is refused where the admin API lies below httpNodeRoot', async () => {
      const more = [intakeNode('/red/flows', { id: 'below' }), intakeNode('/flows', { id: 'beside' })];
      await start({ httpAdminRoot: '/red' }, more);
      await refuses('below', '/red/flows');
      assert.equal(await statusOf('/flows'), 202);
      await red.deploy(flows);
      assert.equal(await statusOf('/in'), 202);
    });
  });
});
