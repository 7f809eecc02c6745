import assert from 'node:assert/strict';
import { fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import {
  answers,
  type MisbehavingServer,
  misbehavingServer,
  statuses,
} from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';

interface Details {
  readonly id: string;
  readonly status: string;
  readonly parkedFor: string | null;
  readonly attempts: number;
  readonly target: string;
  readonly error: string | null;
  readonly response: string | null;
  readonly request: string;
  readonly sentBody: string | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly attemptList: readonly { readonly target: string | null; readonly sentBody: string | null }[];
}

const path = 'provisioning/registries/registry';
const event = (data: object) => ({
  event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.update', object_id: 12 },
  data,
});

describe('a handler that shapes its call', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    red = await startNodeRed({
      settings: fewNodes,
      env: { SHAPED_TOKEN: 'a-secret-token' },
      flows: [tab, registry(), executor()],
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });
  beforeEach(() => receiver.become(answers(200)));

  async function deploy(properties: object): Promise<void> {
    const handler = httpHandler(`${receiver.url}/accounts/{objectId}`, { retryDelays: [0], ...properties });
    await red.deploy([tab, registry(), executor(), handler as FlowNode]);
  }
  const settled = (id: string) =>
    eventually('settled', async () => {
      const { items } = await red.get<{ items: Details[] }>(`${path}/executions?eventId=${id}`);
      const [row] = items;
      return row && /succeeded|failed/.test(row.status) && row;
    });
  async function fired(data: object = { name: 'Zoë' }): Promise<Details> {
    const response = await red.admin(`${path}/events`, postJson(event(data)));
    const { id } = (await response.json()) as { id: string };
    const row = await settled(id);
    return red.get<Details>(`${path}/executions/${row.id}`);
  }

  it('tells in the log whom it called, and what it sent', async () => {
    await deploy({
      method: 'PATCH',
      headers: [{ name: 'x-name', value: `{data.name} \${SHAPED_TOKEN}` }],
      body: 'jsonata',
      bodyExpression: '{"name": data.name, "token": $env("SHAPED_TOKEN")}',
    });
    const before = receiver.received.length;
    const details = await fired();
    const { method, path: called, headers, body } = receiver.received[before] ?? assert.fail();
    assert.deepEqual([method, called], ['PATCH', '/accounts/12']);
    assert.equal(headers['x-name'], 'Zoë a-secret-token');
    assert.equal(body, '{"name":"Zoë","token":"a-secret-token"}');
    assert.equal(details.target, `PATCH ${receiver.url}/accounts/12`);
    assert.equal(details.sentBody, '{"name":"Zoë","token":"***"}');
    assert.equal(details.request, JSON.stringify(event({ name: 'Zoë' })));
    assert.equal(details.requestHeaders['x-name'], '***');
  });

  it('sends the same bytes on a retry and a replay, and tells of each attempt', async () => {
    await deploy({ method: 'PUT', body: 'form' });
    receiver.become(statuses(503, 200));
    const before = receiver.received.length;
    const first = await fired({ a: 1, list: ['x', 'y'] });
    assert.deepEqual([first.status, first.attempts], ['succeeded', 2]);
    const replayed = await red.admin(`${path}/executions/${first.id}/replay`, postJson({}));
    const { id } = (await replayed.json()) as { id: string };
    const second = await eventually('replayed', async () => {
      const details = await red.get<Details>(`${path}/executions/${id}`);
      return details.status === 'succeeded' && details;
    });
    const bodies = receiver.received.slice(before).map(({ body }) => body);
    assert.deepEqual(bodies, Array(3).fill('a=1&list=x&list=y'));
    assert.deepEqual(
      [...first.attemptList, ...second.attemptList].map(({ sentBody }) => sentBody),
      bodies,
    );
  });

  it('tells of each attempt whom it called and what it sent, when a deploy came in between', async () => {
    const answered = Promise.withResolvers<void>();
    receiver.become(({ received, response }) => {
      if (received.method === 'POST') void answered.promise.then(() => response.writeHead(503).end());
      else response.end();
    });
    await deploy({ timeoutSeconds: 30 });
    const before = receiver.received.length;
    const response = await red.admin(`${path}/events`, postJson(event({ a: 1 })));
    const { id } = (await response.json()) as { id: string };
    await eventually('called', () => receiver.received.length > before);
    await deploy({ method: 'PUT', body: 'form', url: `${receiver.url}/customers/{objectId}` });
    answered.resolve();
    const { attemptList } = await red.get<Details>(`${path}/executions/${(await settled(id)).id}`);
    assert.deepEqual(
      attemptList.map(({ target, sentBody }) => [target, sentBody]),
      [
        [`POST ${receiver.url}/accounts/12`, null],
        [`PUT ${receiver.url}/customers/12`, 'a=1'],
      ],
    );
  });

  it('tells that a GET had no body, and nothing of a body that was the event', async () => {
    await deploy({ method: 'GET' });
    assert.equal((await fired()).sentBody, '');
    await deploy({ method: 'POST' });
    assert.equal((await fired()).sentBody, null);
  });

  it('retries an answer that the rule refuses only if every failure is retried', async () => {
    receiver.become(answers(200, '{"result":"error","id":7}'));
    const rule = { configVersion: 2, successRule: 'body.result = "ok"', responsePart: 'body.id' };
    await deploy({ ...rule, retryOn: 'transient' });
    const once = await fired();
    assert.deepEqual([once.status, once.attempts], ['failed', 1]);
    assert.match(
      once.error ?? '',
      /^HTTP 200, but the answer is no success by the handler's rule: body\.result/,
    );
    assert.equal(once.response, '{"result":"error","id":7}');
    await deploy({ ...rule, retryOn: 'any' });
    assert.equal((await fired()).attempts, 2);
    receiver.become(answers(200, '{"result":"ok","id":7}'));
    const { status, response } = await fired();
    assert.deepEqual([status, response], ['succeeded', '7']);
  });

  it('calls nobody where a placeholder can not be filled, and does not try again, until it is mended', async () => {
    await deploy({ configVersion: 2, retryOn: 'any', url: `${receiver.url}/{data.missing}` });
    const before = receiver.received.length;
    const { id, status, attempts, error } = await fired();
    assert.deepEqual([status, attempts, receiver.received.length], ['failed', 1, before]);
    assert.match(error ?? '', /was not called: \{data\.missing\} in the URL is missing in the event/);
    await deploy({ url: `${receiver.url}/{data.name}` });
    await red.admin(`${path}/executions/${id}/replay`, postJson({}));
    await eventually('called', () => receiver.received.length > before);
    assert.equal(receiver.received.at(-1)?.path, '/Zo%C3%AB');
  });

  it('is refused at the deploy with a wrong expression, naming field and position', async () => {
    await deploy({ successRule: '(body' });
    const { items } = await red.get<{ items: { refused?: string }[] }>(`${path}/handlers`);
    assert.match(
      items[0]?.refused ?? '',
      /: successRule: is no JSONata: Expected "\)" before end of expression \(position 5\)/,
    );
  });
});
