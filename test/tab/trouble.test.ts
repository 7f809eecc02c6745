import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { eventNode, executor, httpHandler, registry, tab } from '../support/provisioning-flow.ts';
import { Tab } from '../support/tab.ts';

for (const { name, nodeRed: installation } of editors) {
  describe(`what the tab tells of trouble in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    before(async () => {
      receiver = await misbehavingServer(({ response }) => response.writeHead(500).end('the disk is full'));
      const unneeded = Array.from({ length: 8 }, (_, n) =>
        httpHandler(`${receiver.url}/other`, {
          id: `other-${n}`,
          name: `Handler number ${n} of some length`,
          priority: n + 2,
          events: ['clients.update'],
        }),
      );
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        registry({ id: 'shop', name: 'Shop' }),
        registry({ id: 'empty', name: 'Empty' }),
        httpHandler(`${receiver.url}/crm`, {
          id: 'crm',
          name: 'CRM',
          priority: 1,
          events: ['clients.create'],
          retryDelays: [3600],
        }),
        ...unneeded,
        httpHandler(`${receiver.url}/mirror`, { id: 'mirror', name: 'Mirror', registry: 'shop' }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1700, height: 1000 } });
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    /** Whether all of it is to be seen in the tab, from side to side. */
    const inSight = async (element: Locator) => {
      const [box, around] = [await element.boundingBox(), await view.root.boundingBox()];
      assert.ok(box && around && box.width > 0);
      return box.x >= around.x - 1 && box.x + box.width <= around.x + around.width + 1;
    };

    it('says that nobody listens to an event, whoever listens in another registry, at every width', async () => {
      await view.go('handlers');
      await view.button('Who is called').click();
      const table = (of: string) => view.root.getByRole('table', { name: new RegExp(`: ${of}$`) });
      const row = (of: string, type: string) =>
        table(of).locator('tbody tr', { has: view.page.locator(`th:text-is("${type}")`) });
      const note = row('Billing', 'clients.archive').getByText('nobody listens');
      await note.waitFor();
      for (const width of [180, 320, 420, 900, 1500]) {
        await view.setWidth(width);
        assert.ok(await inSight(note), `at ${width}`);
      }
      assert.equal(await row('Billing', 'clients.create').getByText('nobody listens').count(), 0);
      assert.equal(await table('Shop').getByText('nobody listens').count(), 0);
      assert.equal(
        await table('Empty').getByText('nobody listens').count(),
        await table('Empty').locator('tbody tr').count(),
      );
      await view.button('Advanced search').click();
      await view.root.getByLabel('Event', { exact: true }).fill('clients.archive');
      await row('Billing', 'clients.create').waitFor({ state: 'detached' });
      await note.waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp'), []);
      await view.button('Clear the search').click();
      await view.button('Advanced search').click();
      await view.button('Who is called').click();
    });
  });
}
