import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { Tab, textOf } from '../support/tab.ts';

const here = 'provisioning/registries/registry';

for (const { name, nodeRed: installation } of editors) {
  describe(`the details of an execution in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const shaped = (properties: object) =>
      httpHandler(`${receiver.url}/accounts/{objectId}`, {
        id: 'shaped',
        name: 'Shaped',
        events: ['clients.update'],
        configVersion: 2,
        retryDelays: [0],
        ...properties,
      });
    const flows = (properties: object) => [
      tab,
      registry({ name: 'Billing' }),
      shaped(properties),
      httpHandler(`${receiver.url}/vip`, {
        id: 'vip',
        name: 'VIP',
        events: ['clients.create'],
        configVersion: 2,
        condition: 'data.vip = true',
      }),
      executor(),
    ];
    const fire = async (eventType: string, data: object) => {
      const event = { ...envelope(4711, eventType), data };
      const response = await red.admin(`${here}/events`, postJson(event));
      return ((await response.json()) as { id: string }).id;
    };
    const opened = async (row: string) => {
      await view.row(row).first().click();
      await view.tray.getByText(row).first().waitFor();
    };
    const copied = () => view.page.evaluate(() => document.body.dataset['copied'] ?? '');

    before(async () => {
      const changed = Promise.withResolvers<void>();
      receiver = await misbehavingServer(({ response, received }) => {
        if (received.method === 'PUT')
          return response.end('{"state":"done","number":7,"features":["sip","fax"]}');
        if (received.path === '/vip') return response.end();
        const busy = () => response.writeHead(503).end('{"number":7,"state":"busy","features":["sip"]}');
        return void changed.promise.then(busy);
      });
      red = await startNodeRed({ flows: flows({}), ...(installation && { nodeRed: installation }) });
      const id = await fire('clients.update', { name: "O'Neill", plan: 'gold' });
      await eventually('the first attempt', () => receiver.received.length === 1);
      await red.deploy(flows({ method: 'PUT', body: 'form' }));
      changed.resolve();
      await eventually('the second attempt', async () => {
        const { items } = await red.get<{ items: { status: string }[] }>(`${here}/executions?eventId=${id}`);
        return items[0]?.status === 'succeeded';
      });
      await fire('clients.create', { vip: false });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1700, height: 1000 } });
      await view.setWidth(760);
      await view.go('executions');
      await view.page.evaluate(() => {
        document.addEventListener('copy', () => {
          document.body.dataset['copied'] = (document.activeElement as HTMLTextAreaElement).value;
        });
      });
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('show the body that was made of the event, and not the event', async () => {
      await opened('Shaped');
      const body = view.tray.getByRole('region', { name: 'Body' });
      assert.equal(await body.textContent(), 'name=O%27Neill&plan=gold');
      assert.match(await textOf(view.tray), /PUT http:\/\/127\.0\.0\.1:\d+\/accounts\/4711/);
    });

    it('copy each attempt as curl: what that one sent, and to whom', async () => {
      await opened('Shaped');
      await view.tray.getByRole('button', { name: 'Copy as curl' }).click();
      assert.match(await copied(), /-X PUT 'http:\S+\/accounts\/4711'/);
      const attempts = view.tray.locator('.nrp-timeline details');
      await attempts.first().locator('summary').click();
      const first = attempts.first();
      await first.getByText(/POST http:\S+\/accounts\/4711/).waitFor();
      assert.match((await first.getByRole('region', { name: 'Body' }).textContent()) ?? '', /"O'Neill"/);
      await view.tray.getByRole('button', { name: 'Copy attempt 1 as curl' }).click();
      const line = await copied();
      assert.match(line, /-X POST 'http:\S+\/accounts\/4711'/);
      assert.match(line, /-H 'provisioning-attempt: 1'/);
      assert.match(line, /--data-raw '\{"event":.*O'\\''Neill/);
    });

    it('say of what its condition passed by that nobody was called, and copy no request', async () => {
      await view.row('VIP').getByText('Condition not met').waitFor();
      await opened('VIP');
      await view.tray.getByText("the event does not meet the handler's condition").waitFor();
      await view.tray.getByText('Attempts: 0').waitFor();
      assert.equal(await view.tray.getByRole('button', { name: 'Copy as curl' }).count(), 0);
      await view.tray.getByRole('button', { name: 'Replay' }).waitFor();
    });
  });
}
