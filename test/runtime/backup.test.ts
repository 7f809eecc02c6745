import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

interface Backup {
  readonly name: string;
  readonly folder: string;
}

describe('a backup of a registry that is in use', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry(),
        httpHandler(receiver.url),
        httpHandler(receiver.url, { id: 'off', name: 'Off', priority: 20 }),
        intakeNode('/in'),
        executor(),
      ],
    });
    const patch = { ...postJson({ status: 'disabled', reason: 'noise' }), method: 'PATCH' };
    const switched = await red.admin('provisioning/registries/registry/handlers/off', patch);
    assert.equal(switched.status, 200);
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const backUp = (body: object = {}) => red.admin('provisioning/registries/registry/backup', postJson(body));
  const backups = () => readdirSync(join(red.userDir, 'provisioning/backups'));

  async function accept(object: number): Promise<string> {
    const response = await red.node('/in', postJson(envelope(object)));
    assert.equal(response.status, 202);
    return ((await response.json()) as { id: string }).id;
  }

  it('has every event that was acknowledged before it began, and can be restored', async () => {
    const before: string[] = [];
    let flowing = true;
    const flow = (async () => {
      for (let object = 0; flowing; object += 1) {
        const id = await accept(object);
        if (flowing) before.push(id);
      }
    })();
    await eventually('events flow', () => before.length > 200);
    const acknowledged = [...before];
    const response = await backUp();
    assert.equal(response.status, 202, await response.clone().text());
    const { folder, name } = (await response.json()) as Backup;
    flowing = false;
    await flow;
    assert.match(name, /^registry-\d{4}-\d\d-\d\dT[\d-]+Z$/);
    assert.deepEqual(readdirSync(folder).sort(), ['journal.sqlite', 'registry.json']);

    // As docs/settings.md has it: Node-RED is stopped, the folder is replaced, Node-RED is started.
    await red.stop();
    const live = join(red.userDir, 'provisioning/registry');
    rmSync(live, { recursive: true });
    cpSync(folder, live, { recursive: true });
    red = await startNodeRed({ userDir: red.userDir, settings: fewNodes });
    for (const id of acknowledged) {
      const { status } = await red.get<{ status: string }>(`provisioning/registries/registry/events/${id}`);
      assert.ok(status, id);
    }
    const [view] = await red.get<{ state: string; error?: string }[]>('provisioning/registries');
    assert.deepEqual([view?.state, view?.error], ['ready', undefined]);
    const { items } = await red.get<{ items: { id: string; status: string }[] }>(
      'provisioning/registries/registry/handlers',
    );
    assert.equal(items.find(({ id }) => id === 'off')?.status, 'disabled');
    const id = await accept(1);
    await eventually('it delivers', () =>
      receiver.received.some(({ headers }) => String(headers['webhook-id']).startsWith(`${id}_`)),
    );
  });

  it('stands under the name that it is given, is sound, and replaces no other', async () => {
    const { folder } = (await (await backUp({ name: 'before-update' })).json()) as Backup;
    assert.equal(folder, join(red.userDir, 'provisioning/backups/before-update'));
    const db = new DatabaseSync(join(folder, 'journal.sqlite'));
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' });
    db.close();
    const again = await backUp({ name: 'before-update' });
    assert.equal(again.status, 409);
    assert.match(await again.text(), /is there already: choose another name/);
  });

  for (const name of ['../out', '..', '.hidden', 'a/b', 'a\\b', '', 'x'.repeat(101), 7, null])
    it(`is never written outside of its place: ${JSON.stringify(name)} is refused`, async () => {
      const before = backups();
      const response = await backUp({ name });
      assert.equal(response.status, 400);
      assert.match(await response.text(), /"field":"name"/);
      assert.deepEqual(backups(), before);
    });

  it('of a registry that is not deployed is not found', async () => {
    const response = await red.admin('provisioning/registries/nobody/backup', postJson({}));
    assert.equal(response.status, 404);
  });

  it('is no registry that is listed as orphaned', async () => {
    const views = await red.get<{ id: string }[]>('provisioning/registries');
    assert.deepEqual(
      views.map(({ id }) => id),
      ['registry'],
    );
  });
});
