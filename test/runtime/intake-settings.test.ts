import assert from 'node:assert/strict';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';

const flows = [tab, registry(), executor(), intakeNode('/in', { id: 'first', name: 'First' })];

describe('intake and the settings of Node-RED', function () {
  this.timeout(30_000);
  let red: NodeRed;

  afterEach(() => red.kill9());

  const start = async (settings: Record<string, unknown>) => {
    red = await startNodeRed({ flows, settings });
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
    await start({ httpAdminRoot: false });
    assert.equal((await fetch(`${red.url}/in`, postJson(envelope()))).status, 202);
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
});
