import assert from 'node:assert/strict';
import { answering, fewNodes, httpIn, httpResponse } from '../support/core-flow.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses } from '../support/node-statuses.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

describe('a wrong setting of provisioning', function () {
  this.timeout(30_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({
      settings: { ...fewNodes, provisioning: { scripDirs: [], http: { deny: '10.0.0.0/8' } } },
      flows: [
        tab,
        registry(),
        registry({ id: 'second', name: 'Second' }),
        httpHandler('http://127.0.0.1:1/'),
        intakeNode('/in'),
        executor(),
        httpIn('/other', 'other'),
        answering('other', 'fine: true'),
        httpResponse,
      ],
    });
  });
  after(() => red.kill9());

  it('leaves the flows of others alone', async () => {
    const response = await red.node('/other', postJson({}));
    assert.deepEqual([response.status, await response.json()], [200, { fine: true }]);
  });

  it('is logged once', () => {
    const told = red.log.filter((line) => line.includes('http.deny'));
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0] ?? '', /settings\.js: provisioning: .*http\.deny: must be a list of CIDR blocks/);
    assert.match(told[0] ?? '', /scripDirs: is not known here/);
    assert.ok(!red.log.some((line) => line.includes('no deployed registry')));
  });

  it('is why each registry is in error, and its nodes red', async () => {
    const views = await red.get<{ id: string; state: string; error: string }[]>('provisioning/registries');
    assert.deepEqual(
      views.map(({ id, state }) => [id, state]),
      [
        ['registry', 'error'],
        ['second', 'error'],
      ],
    );
    for (const { error } of views) assert.match(error, /http\.deny: must be a list/);
    const statuses = await followStatuses(red);
    for (const node of ['event', 'executor']) {
      const { text } = await statuses.become(node, ({ fill }) => fill === 'red');
      assert.match(text ?? '', /^settings\.js: provisioning/);
    }
    statuses.close();
  });

  it('is why this Node-RED is not ready', async () => {
    assert.equal((await red.admin('provisioning/ready')).status, 503);
  });

  it('is why the intake accepts nothing', async () => {
    const response = await red.node('/in', postJson(envelope()));
    assert.equal(response.status, 503);
    assert.match(await response.text(), /settings\.js: provisioning/);
  });
});
