import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

describe('a journal that can not be opened', function () {
  this.timeout(30_000);
  let red: NodeRed;
  let inTheWay: string;

  before(async () => {
    const userDir = temporaryFolder();
    inTheWay = join(userDir, 'provisioning');
    writeFileSync(inTheWay, 'a file where the folder should be');
    red = await startNodeRed({ flows: [tab, registry(), intakeNode('/in'), executor()], userDir });
  });
  after(() => red.kill9());

  const stateOf = async () => {
    const [only] = await red.get<{ state: string; error?: string }[]>('provisioning/registries');
    return only;
  };

  it('leaves Node-RED up, refuses events for now, and says what to do', async () => {
    const { error } = await eventually('the error', async () => {
      const found = await stateOf();
      return found?.state === 'error' && found;
    });
    assert.match(error ?? '', /the folder can not be written: check/);
    const response = await red.node('/in', postJson(envelope()));
    assert.equal(response.status, 503);
    assert.ok(Number(response.headers.get('retry-after')) > 0);
    assert.equal(((await response.json()) as Failure).error.code, 'unavailable');
    for (const route of ['handlers', 'executions', 'events', 'stats']) {
      assert.equal((await red.admin(`provisioning/registries/registry/${route}`)).status, 503, route);
    }
    assert.equal((await red.admin('provisioning/registries/registry/catalogue')).status, 200);
  });

  it('is opened once that is done, without a restart', async () => {
    rmSync(inTheWay);
    await eventually('the journal is open', async () => (await stateOf())?.state === 'ready');
    assert.equal((await red.node('/in', postJson(envelope()))).status, 202);
    assert.equal((await stateOf())?.error, undefined);
  });
});
