import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { Tab, textOf } from '../support/tab.ts';

for (const { name, nodeRed: installation } of editors) {
  describe(`events, overview and test events in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const intake = (objectId: number, eventType = 'clients.create') =>
      red.node('in', postJson(envelope(objectId, eventType)));

    before(async () => {
      receiver = await misbehavingServer();
      const flows = [
        tab,
        registry({ name: 'Billing', claimSeconds: 1 }),
        registry({
          id: 'second',
          name: 'Shop',
          eventTypes: [
            { id: 'shop.order', title: 'Order', sample: { event: { object_id: 'o5' }, data: { total: 5 } } },
          ],
        }),
        httpHandler(`${receiver.url}/crm`, { id: 'crm', name: 'CRM', events: ['clients.create'] }),
        httpHandler(`${receiver.url}/shop`, {
          id: 'shop',
          name: 'Shop CRM',
          registry: 'second',
          events: ['shop.order'],
        }),
        registry({ id: 'third', name: 'Empty' }),
        // Wired to nothing: what comes in here, nobody takes.
        eventNode({ intake: true, path: '/in', wires: [[]] }),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1700, height: 1000 } });
      await view.setWidth(780);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('show the event that no executor took, and let it run again', async () => {
      await view.go('events');
      await intake(71);
      await view.row('71').getByText('Unclaimed').waitFor({ timeout: 15_000 });
      await view.row('71').click();
      await view.tray.getByText('No executor took it in time').waitFor();
      await view.tray.getByText('Unclaimed since').waitFor();
      assert.equal(await view.tray.getByText('Settled').count(), 0, 'it still waits to be taken');
      assert.match(await textOf(view.tray), /"object_id": 71/);
      const givenUpAt = async () => {
        const { items } = await red.get<{ items: { settledAt: string | null }[] }>(
          'provisioning/registries/registry/events?objectId=71',
        );
        return items[0]?.settledAt;
      };
      const before = await givenUpAt();
      await view.tray.getByRole('button', { name: 'Replay' }).click();
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Replay' }).click();
      await eventually('it has been out again, and is given up anew', async () => {
        const now = await givenUpAt();
        return now && now !== before;
      });
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('export as CSV what the search finds', async () => {
      await view.root.getByRole('textbox', { name: 'Object ID' }).fill('71');
      await eventually('one row', async () => (await view.rows.count()) === 1);
      const download = view.page.waitForEvent('download');
      await view.button(/^Export as CSV/).click();
      const chunks: Buffer[] = [];
      for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
      assert.match((await download).suggestedFilename(), /^events-all-20\d\d-.*\.csv$/);
      const [, row, ...others] = Buffer.concat(chunks).toString().trim().split('\n');
      assert.match(row ?? '', /^Billing,.*,71,/);
      assert.deepEqual(others, []);
      await view
        .button(/Clear the search/)
        .first()
        .click();
    });

    it('fire a test event of a chosen registry from its sample, and follow it through its chain', async () => {
      await view.button('Fire a test event').click();
      await view.tray.getByText('past the canvas').waitFor();
      await view.tray.getByLabel('Registry').selectOption({ label: 'Shop' });
      // The first that a handler listens to is chosen.
      assert.equal(await view.tray.getByLabel('Event').inputValue(), 'shop.order');
      const field = view.tray.getByRole('textbox');
      const sample = JSON.parse(await field.inputValue()) as { data: object; event: { object_id: unknown } };
      assert.deepEqual([sample.event.object_id, sample.data], ['o5', { total: 5 }]);
      await field.fill('{"event":');
      await view.tray.getByRole('button', { name: 'Fire', exact: true }).click();
      await view.tray.getByText('This is not JSON').waitFor();
      await field.fill(JSON.stringify({ ...sample, event: { ...sample.event, dt: 'yesterday' } }));
      await view.tray.getByRole('button', { name: 'Fire', exact: true }).click();
      await view.tray.getByText('event.dt').waitFor();
      view.editor.problems.splice(0); // the refused request
      await field.fill(JSON.stringify({ ...sample, event: { ...sample.event, object_id: 4711 } }));
      await field.press('Tab');
      await view.page.keyboard.press('Enter');
      await view.tray.locator('.nrp-outcome').getByText('Success', { exact: true }).waitFor();
      await view.tray.locator('.nrp-chain').getByText('Shop CRM').waitFor();
      assert.equal(receiver.received.at(-1)?.path, '/shop');
      await view.tray.getByLabel('Registry').selectOption({ label: 'Billing' });
      await view.tray.locator('.nrp-chain').getByRole('button').click();
      await view.tray.getByText('What was sent').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it("fire a test event from the editor's list of actions, too", async () => {
      await view.page.evaluate(
        "RED.sidebar.show('info'); RED.actions.invoke('provisioning:fire-test-event')",
      );
      await view.tray.getByText('past the canvas').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('show the event that nobody handles', async () => {
      await red.admin('provisioning/registries/registry/events', postJson(envelope(72, 'clients.delete')));
      await view.row('72').getByText('Unhandled').waitFor();
      await view.button('Advanced search').click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('unhandled');
      await eventually('only that one', async () => (await view.rows.count()) === 1);
      await view.button(/Clear the search/).click();
      await view.button('Advanced search').click();
    });

    it('are of all registries with a column of their names, or of the one that is chosen', async () => {
      const registries = async () =>
        new Set((await view.root.locator('td.nrp-c-registry').allTextContents()).map((text) => text.trim()));
      await eventually('both', async () => (await registries()).size === 2);
      assert.deepEqual([...(await registries())].sort(), ['Billing', 'Shop']);
      await view.root.getByLabel('Registry').selectOption({ label: 'Shop' });
      await eventually('one event', async () => (await view.rows.count()) === 1);
      assert.equal(await view.root.locator('.nrp-c-registry').count(), 0);
      await view.root.getByLabel('Registry').selectOption('');
      await eventually('both again', async () => (await registries()).size === 2);
    });

    it('are none, like handlers, of a chosen registry that has none, and nothing is said of a search', async () => {
      await view.root.getByLabel('Registry').selectOption({ label: 'Empty' });
      await view.root.getByText('No event yet').waitFor();
      await view.go('handlers');
      await view.root.getByText('No handler yet').waitFor();
      await view.button('New Handler').first().click();
      const dialog = await view.editor.dialog('config');
      assert.equal(await dialog.field('registry').inputValue(), 'third');
      await dialog.cancel();
      await view.root.getByLabel('Registry').selectOption('');
      await view.row('Shop CRM').waitFor();
    });

    it('ask for the registry of a new handler when there are several', async () => {
      await view.go('handlers');
      await view.button('New Handler').click();
      await view.choose('Shop');
      const dialog = await view.editor.dialog('config');
      assert.equal(await dialog.field('registry').inputValue(), 'second');
      await dialog.cancel();
    });

    it('show numbers and lines over time, each a way to the rows behind it', async () => {
      receiver.become(({ response }) => response.writeHead(500).end('no'));
      await red.admin('provisioning/registries/registry/events', postJson(envelope(73)));
      await view.go('overview');
      await view.root.getByRole('button', { name: 'Failed, not set right: 1' }).waitFor({ timeout: 15_000 });
      const chart = view.root.getByRole('img', { name: /Executions per minute: \d+ succeeded, 1 failed/ });
      assert.ok((await chart.locator('canvas').boundingBox())?.width);
      await view.root.getByText(/The minute under way is left out. So far: \d+ succeeded/).waitFor();
      await view.root.locator('.nrp-attention').getByText('CRM', { exact: true }).waitFor();

      await view.button('Failed, not set right: 1').click();
      await view.row('Fail').waitFor();
      await view.button(/Clear the search/).click();

      await view.go('overview');
      const plot = await view.root.locator('.u-over').first().boundingBox();
      assert.ok(plot);
      await view.page.mouse.click(plot.x + plot.width - 3, plot.y + plot.height / 2);
      await view.root.locator('nrp-executions').waitFor();
      await view.button('Advanced search (2)').waitFor();
      await view
        .button(/Clear the search/)
        .first()
        .click();

      await view.go('overview');
      await view.root.getByRole('button', { name: /Backlog/ }).click();
      await view.root.locator('nrp-events').waitFor();
      await view.button('Advanced search (1)').waitFor();
      await view
        .button(/Clear the search/)
        .first()
        .click();
    });
  });
}
