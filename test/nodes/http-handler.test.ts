import assert from 'node:assert/strict';
import { code, fewNodes, httpIn, httpResponse } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { answers, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { type HttpProxy, startProxy } from '../support/proxy.ts';

interface Row {
  readonly handler: { readonly id: string };
  readonly status: string;
  readonly parkedFor: string | null;
  readonly code: number | null;
}

describe('an HTTP handler', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let proxy: HttpProxy;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer(answers(404));
    proxy = await startProxy();
    const handler = (id: string, properties: object) =>
      httpHandler(`${receiver.url}/${id}`, { id, name: `the ${id} one`, retryDelays: [3600], ...properties });
    red = await startNodeRed({
      settings: fewNodes,
      env: { http_proxy: proxy.url, no_proxy: 'localhost' },
      flows: [
        tab,
        registry(),
        executor(),
        handler('former', { priority: 1, configVersion: 1 }),
        handler('new', { priority: 2, configVersion: 2 }),
        handler('all', { priority: 3, configVersion: 2, retryOn: 'any' }),
        handler('exempt', {
          priority: 4,
          configVersion: 2,
          url: `${receiver.url.replace('127.0.0.1', 'localhost')}/exempt`,
        }),
        handler('metadata', { priority: 5, url: 'http://169.254.169.254/latest', retryDelays: [] }),
      ],
    });
  });
  after(async () => {
    await red.kill9();
    await proxy.close();
    await receiver.close();
  });

  const rowsOf = async (event: object): Promise<Row[]> => {
    const registryPath = 'provisioning/registries/registry';
    const { id } = (await (await red.admin(`${registryPath}/events`, postJson(event))).json()) as {
      id: string;
    };
    return eventually('every handler has had its turn', async () => {
      const { items } = await red.get<{ items: Row[] }>(`${registryPath}/executions?eventId=${id}`);
      return items.length === 5 && items.every(({ status }) => status !== 'running') && items.toReversed();
    });
  };

  it('fails at once on an answer that will not change, unless it was saved before or told to retry all', async () => {
    const rows = await rowsOf(envelope(1));
    assert.deepEqual(
      rows.slice(0, 4).map(({ handler, status, code }) => [handler.id, status, code]),
      [
        ['former', 'parked', 404],
        ['new', 'failed', 404],
        ['all', 'parked', 404],
        ['exempt', 'failed', 404],
      ],
    );
  });

  it('goes through the proxy of the environment, but for what that exempts and nobody may reach', () => {
    const { url } = receiver;
    assert.deepEqual(
      proxy.seen,
      ['former', 'new', 'all'].map((id) => `POST ${url}/${id}`),
    );
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/former', '/new', '/all', '/exempt'],
    );
  });
});

describe('an HTTP handler of a path of this Node-RED', function () {
  this.timeout(30_000);
  interface Answered {
    readonly handler: { readonly id: string };
    readonly code: number | null;
    readonly error: string | null;
    readonly response: string | null;
  }
  const page = '<!DOCTYPE html><html><title>Error</title><pre>Cannot POST /red/elsewhere</pre></html>';
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer(({ response }) => response.writeHead(404).end(page));
    red = await startNodeRed({
      settings: { ...fewNodes, httpNodeRoot: '/red' },
      flows: [
        tab,
        registry(),
        executor(),
        httpHandler('/crm/{objectId}?a=b', { id: 'nobody', priority: 1 }),
        httpHandler('/found', { id: 'otherwise', priority: 2, method: 'PUT' }),
        httpHandler('/found', { id: 'flow', priority: 3 }),
        httpHandler(`${receiver.url}/red/elsewhere`, { id: 'elsewhere', priority: 4 }),
        httpIn('/found', 'no client'),
        code('no client', 'msg.statusCode = 404; msg.payload = "no such client"; return msg;', ['response']),
        httpResponse,
      ],
    });
  });
  after(async () => {
    await red?.kill9();
    await receiver.close();
  });

  it('says that no http in node receives the call, and only where that is certain', async () => {
    const here = 'provisioning/registries/registry';
    await red.admin(`${here}/events`, postJson(envelope("it's <b> & co")));
    const rows = await eventually('every handler has had its turn', async () => {
      const { items } = await red.get<{ items: Answered[] }>(`${here}/executions?status=failed`);
      return items.length === 4 && items.toReversed();
    });
    const remedy = "deploy one with that method and URL, or correct the handler's";
    const nobody = (call: string) =>
      `HTTP 404: no "http in" node of this Node-RED receives ${call}: ${remedy}`;
    assert.deepEqual(
      rows.map(({ handler, code, error }) => [handler.id, code, error]),
      [
        ['nobody', 404, nobody('POST /crm/it%27s%20%3Cb%3E%20%26%20co')],
        ['otherwise', 404, nobody('PUT /found')],
        ['flow', 404, 'HTTP 404 Not Found'],
        ['elsewhere', 404, 'HTTP 404 Not Found'],
      ],
    );
    assert.match(String(rows[0]?.response), /Cannot POST \/red\/crm\//);
    assert.equal(rows[2]?.response, 'no such client');
  });
});
