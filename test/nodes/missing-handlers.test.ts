import { strict as assert } from 'node:assert';
import { fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { misbehavingServer } from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses, type NodeStatuses } from '../support/node-statuses.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

interface Row {
  readonly id: string;
  readonly parkedFor: string | null;
  readonly missing?: { readonly why: string; readonly problem: string | null };
}

const secret = 'whsec_no-base64-at-all';

describe('an execution whose handler is missing', function () {
  this.timeout(30_000);
  let red: NodeRed;
  let statuses: NodeStatuses;
  let receiver: Awaited<ReturnType<typeof misbehavingServer>>;
  const sound = (properties: object = {}) =>
    httpHandler(receiver.url, { name: 'CRM', credentials: { signingSecret: '' }, ...properties });
  const deployed = (...handlers: FlowNode[]) => [
    tab,
    { id: 'idle', type: 'tab', label: 'Off', disabled: true },
    registry(),
    registry({ id: 'other', name: 'Other' }),
    intakeNode('/in'),
    executor(),
    ...handlers,
  ];
  const executions = 'provisioning/registries/registry/executions';
  const rows = async () => (await red.get<{ items: Row[] }>(`${executions}?status=parked`)).items;

  before(async () => {
    receiver = await misbehavingServer();
    const flows = deployed(sound({ auth: 'bearer', credentials: { signingSecret: secret } }));
    red = await startNodeRed({ flows, settings: fewNodes });
    statuses = await followStatuses(red);
    await red.node('/in', postJson(envelope()));
  });
  after(async () => {
    statuses?.close();
    await red?.kill9();
    await receiver.close();
  });

  /** What a row, its details, its event and the canvas say. */
  async function told(why: string): Promise<string | null> {
    const [row] = await eventually(why, async () => {
      const parked = await rows();
      return parked[0]?.missing?.why === why && parked;
    });
    assert.ok(row);
    assert.equal(row.parkedFor, 'missing');
    const details = await red.get<Row>(`${executions}/${row.id}`);
    assert.deepEqual(details.missing, row.missing);
    const { items } = await red.get<{ items: { id: string }[] }>('provisioning/registries/registry/events');
    const event = await red.get<{ executions: Row[] }>(
      `provisioning/registries/registry/events/${items[0]?.id}`,
    );
    assert.deepEqual(event.executions[0]?.missing, row.missing);
    await statuses.become('executor', ({ fill, text }) => fill === 'yellow' && text === `1 waits: ${why}`);
    return row.missing?.problem ?? null;
  }

  it('says why that is refused and what to do, without a secret', async () => {
    const problem = await told('refused');
    assert.match(String(problem), /signingSecret: must be/);
    assert.match(String(problem), /^handler "CRM": auth\.token: is missing: enter the token/);
    assert.ok(!JSON.stringify(await rows()).includes(secret));
  });

  const others: readonly (readonly [what: string, why: string, handlers: () => FlowNode[]])[] = [
    ['is switched off in the editor', 'off', () => [sound({ d: true })]],
    ['stands in a flow that is switched off', 'off', () => [sound({ z: 'idle' })]],
    ['belongs to another registry', 'moved', () => [sound({ registry: 'other' })]],
    ['was deleted', 'gone', () => []],
  ];
  for (const [what, why, handlers] of others)
    it(`says that it ${what}`, async () => {
      await red.deploy(deployed(...handlers()), 'nodes');
      assert.equal(await told(why), null);
    });

  it('says that it can not stand in a subflow', async () => {
    const template = { id: 'template', type: 'subflow', name: 'Template', in: [], out: [] };
    await red.deploy(deployed(template, sound({ z: 'template' })));
    assert.match(String(await told('refused')), /can not stand in a subflow/);
  });

  it('goes on once the handler is mended', async () => {
    await red.deploy(deployed(sound()), 'nodes');
    await eventually('it is called', () => receiver.received.length === 1);
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
  });
});
