import assert from 'node:assert/strict';
import { execa } from 'execa';
import { curlOf } from '../../src/dialogs/event/curl.ts';
import { builtIn } from '../../src/engine/words/catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { examples } from '../support/examples.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, postJson } from '../support/provisioning-flow.ts';

interface Row {
  readonly eventId: string;
  readonly status: string;
  readonly response: string | null;
  readonly error: string | null;
  readonly handler: { readonly name: string; readonly priority: number };
}

// What is to be seen in the execution log, in chain order; the examples are worth nothing unless they run as they are.
describe('each example, imported and deployed in Node-RED', function () {
  this.timeout(60_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({ flows: [] });
  });
  after(() => red.kill9());

  async function deploy(number: number): Promise<readonly FlowNode[]> {
    const example = examples.find(({ name }) => name.startsWith(`${number}.`));
    assert.ok(example);
    const { nodes } = example;
    await red.deploy(nodes.map((node) => (node.type === 'debug' ? { ...node, console: true } : node)));
    return nodes;
  }

  async function press(path: string): Promise<void> {
    const response = await red.admin(path, postJson({}));
    assert.ok(response.ok, `POST ${path}: ${response.status} ${await response.text()}`);
  }

  /** The executions of the newest event, once there are `count` and all are over: `name status`, in chain order. */
  async function executions(number: number, count: number): Promise<Row[]> {
    return await eventually(`${count} executions`, async () => {
      const { items } = await red.get<{ items: Row[] }>(
        `provisioning/registries/example${number}-registry/executions`,
      );
      const newest = items.filter(({ eventId }) => eventId === items[0]?.eventId);
      const over = newest.filter(({ status }) => ['succeeded', 'failed', 'skipped'].includes(status));
      return over.length === count && over.sort((a, b) => a.handler.priority - b.handler.priority);
    });
  }

  const inWords = (rows: readonly Row[]) => rows.map(({ handler, status }) => `${handler.name} ${status}`);

  it('1 calls three handlers in priority order at the press of a button', async () => {
    await deploy(1);
    await press('provisioning/nodes/example1-event/fire');
    const rows = await executions(1, 3);
    assert.deepEqual(inWords(rows), ['CRM succeeded', 'Softswitch succeeded', 'Provision account succeeded']);
    assert.match(rows[2]?.response ?? '', /"account":34,"client":12/);
    assert.ok(await red.printed(/\[debug:all succeeded\]/));
  });

  it('2 takes an event from the command that its event node shows, and prints every call', async () => {
    const nodes = await deploy(2);
    const intake = nodes.find(({ type }) => type === 'provisioning-event');
    const place = { origin: new URL(red.url).origin, httpNodeRoot: '/', path: String(intake?.['path']) };
    const sample = builtIn.find(({ id }) => id === intake?.['eventType'])?.sample ?? builtIn[0]?.sample;
    const command = curlOf({ ...place, auth: String(intake?.['intakeAuth']) }, sample ?? {});
    const { stdout } = await execa('sh', ['-c', command]);
    assert.match(stdout, /^\{"id":"[^"]+"\}$/);
    const rows = await executions(2, 2);
    assert.deepEqual(inWords(rows), ['CRM succeeded', 'Show the event succeeded']);
    assert.match(
      rows[1]?.response ?? '',
      /^clients\.create of 12, attempt 1\nargument: --from\nargument: billing\n\{/,
    );
    assert.ok(await red.printed(/clients\.create of 12: CRM succeeded \(code 200, \d+ ms\)/));
    assert.ok(await red.printed(/clients\.create of 12: Show the event succeeded \(code 0, \d+ ms\)/));
  });

  it('3 skips the later handlers when one that is set to stop has failed', async () => {
    await deploy(3);
    await press('inject/example3-rich');
    assert.deepEqual(inWords(await executions(3, 3)), [
      'Check credit succeeded',
      'Open account succeeded',
      'Tell the team succeeded',
    ]);
    assert.ok(await red.printed(/\[debug:account opened\]/));
    await press('inject/example3-poor');
    assert.ok(await red.printed(/\[debug:not opened\]/));
    const rows = await eventually('the second event', async () => {
      const found = await executions(3, 3);
      return found.some(({ status }) => status === 'failed') && found;
    });
    assert.deepEqual(inWords(rows), ['Check credit failed', 'Open account skipped', 'Tell the team skipped']);
  });

  it('4 tells people what failed, and why', async () => {
    await deploy(4);
    await press('provisioning/nodes/example4-event/fire');
    assert.deepEqual(inWords(await executions(4, 2)), ['CRM succeeded', 'Softswitch failed']);
    assert.ok(await red.printed(/Softswitch failed for clients\.balance_zero of 12: .*503/));
  });

  it('5 calls nobody for a test client, and hands the region on for the others', async () => {
    await deploy(5);
    await press('inject/example5-test');
    await press('inject/example5-client');
    const rows = await executions(5, 1);
    assert.deepEqual(inWords(rows), ['CRM succeeded']);
    assert.match(rows[0]?.response ?? '', /"region":"north"/);
    assert.ok(await red.printed(/\[debug:done\]/));
    const { items } = await red.get<{ items: Row[] }>('provisioning/registries/example5-registry/executions');
    assert.equal(items.length, 1);
  });

  it('6 has a flow as its handler, which answers for a client with a name and fails for one without', async () => {
    await deploy(6);
    await press('provisioning/nodes/example6-event/fire');
    const [answered] = await executions(6, 1);
    assert.equal(answered?.status, 'succeeded');
    assert.equal(answered.response, '{"mailbox":"my.name.12@example.com"}');
    assert.ok(await red.printed(/\[debug:succeeded\]/));
    await press('inject/example6-nameless');
    assert.ok(await red.printed(/\[debug:not succeeded\]/));
    const [failed] = await executions(6, 1);
    assert.deepEqual([failed?.status, failed?.error], ['failed', 'the client has no name']);
  });

  it('7 sends an e-mail and a message to a chat when too much has failed', async () => {
    await deploy(7);
    for (let failure = 0; failure < 3; failure += 1) await press('provisioning/nodes/example7-event/fire');
    const said = 'Example 7: 3 failures within 1 min. The last one: HTTP 404 Not Found';
    assert.ok(await red.printed(new RegExp(`\\[debug:instead of an http request node\\][^🔴]*🔴 ${said}`)));
    assert.ok(await red.printed(/topic: 'Alarm: Example 7, failures'/));
  });

  it('9 does the same by hand and with four nodes: retries, dead letters, and their delivery', async () => {
    await deploy(9);
    for (const object of [12, 13]) {
      const sent = postJson(envelope(object));
      assert.equal((await red.node('provisioning-example/by-hand/events', sent)).status, 202);
      assert.equal((await red.node('provisioning-example/four/events', sent)).status, 202);
    }
    await red.printed(/\[debug:by hand: delivered\] 12/);
    await red.printed(/\[debug:by hand: dead letter\] 13/);
    await red.printed(/\[debug:ours: dead letter\] HTTP 503/);
    const ours = await eventually('both executions are over', async () => {
      const { items } = await red.get<{ items: (Row & { objectId: string; attempts: number })[] }>(
        'provisioning/registries/example9-registry/executions',
      );
      const over = items.filter(({ status }) => status === 'succeeded' || status === 'failed');
      return over.length === 2 && over.sort((a, b) => Number(a.objectId) - Number(b.objectId));
    });
    assert.deepEqual(
      ours.map(({ status, attempts }) => [status, attempts]),
      [
        ['succeeded', 3],
        ['failed', 3],
      ],
    );
    await press('inject/example9-hand-replay');
    await eventually('the CRM was called three times more', async () => {
      const { msg } = await red.get<{ msg: string }>('context/flow/example9-flow/calls');
      return JSON.parse(msg).by_hand_13 === 6;
    });
  });

  it('runs below another root as well', async () => {
    const below = await startNodeRed({
      settings: { httpNodeRoot: '/nodes' },
      flows: examples[0]?.nodes ?? [],
    });
    const fired = await below.admin('provisioning/nodes/example1-event/fire', postJson({}));
    assert.ok(fired.ok);
    await eventually('three executions succeeded', async () => {
      const { items } = await below.get<{ items: Row[] }>(
        'provisioning/registries/example1-registry/executions?status=succeeded',
      );
      return items.length === 3;
    });
    await below.kill9();
  });

  it('8 calls the account manager for a business client only, and succeeds for both', async () => {
    await deploy(8);
    await press('inject/example8-business');
    assert.deepEqual(inWords(await executions(8, 2)), ['Account manager succeeded', 'CRM succeeded']);
    await press('inject/example8-private');
    const rows = await eventually('the second event', async () => {
      const found = await executions(8, 2);
      return found.some(({ status }) => status === 'skipped') && found;
    });
    assert.deepEqual(inWords(rows), ['Account manager skipped', 'CRM succeeded']);
    assert.equal(rows[0]?.error, 'condition not met');
    await eventually(
      'both have succeeded',
      () => red.log.filter((line) => /\[debug:done\] succeeded/.test(line)).length === 2,
    );
  });

  it('10 sends what an endpoint wants, and takes its error for one though its status is 200', async () => {
    await deploy(10);
    await press('provisioning/nodes/example10-event/fire');
    const [answered] = await executions(10, 1);
    assert.deepEqual([answered?.status, answered?.response], ['succeeded', 'account 12 of company 3']);
    assert.ok(await red.printed(/\[debug:account written\]/));
    await press('inject/example10-nameless');
    assert.ok(await red.printed(/\[debug:account not written\]/));
    const [failed] = await executions(10, 1);
    assert.equal(failed?.status, 'failed');
    assert.match(
      failed.error ?? '',
      /^HTTP 200, but the answer is no success by the handler's rule: status = 200/,
    );
  });

  it('11 lists, switches and answers at an address of its own, and says there what was asked wrongly', async () => {
    await deploy(11);
    await press('provisioning/nodes/example11-event/fire');
    assert.deepEqual(inWords(await executions(11, 1)), ['CRM succeeded']);
    await press('inject/example11-ask');
    await red.printed(/\[debug:handlers\]/);
    await red.printed(/name: 'CRM'/);
    const ask = 'provisioning-example/ask/executions';
    const answered = await red.node(`${ask}?status=succeeded&limit=10`);
    const [row, ...others] = (await answered.json()) as Record<string, unknown>[];
    assert.deepEqual([row?.['handlerName'], row?.['eventType'], others], ['CRM', 'clients.create', []]);
    const refused = await red.node(`${ask}?stauts=failed`);
    const { error } = (await refused.json()) as { error: string };
    assert.deepEqual(
      [refused.status, error],
      [400, 'executions: stauts: is not known here: correct its name, or remove it'],
    );
    const overrideOf = async () => {
      const path = 'provisioning/registries/example11-registry/handlers';
      const { items } = await red.get<{ items: { override: { by: string; until: string } | null }[] }>(path);
      return items[0]?.override;
    };
    await press('inject/example11-hold');
    const override = await eventually('it is held', overrideOf);
    assert.equal(override.by, 'the example');
    assert.ok(Date.parse(override.until) > Date.now());
    await press('inject/example11-enable');
    await eventually('it is enabled', async () => (await overrideOf()) === null);
  });
});
