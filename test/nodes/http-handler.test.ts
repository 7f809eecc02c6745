import assert from 'node:assert/strict';
import { fewNodes } from '../support/core-flow.ts';
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
