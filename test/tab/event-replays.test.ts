import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { answers, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { eventNode, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { Tab } from '../support/tab.ts';

for (const { name, nodeRed: installation } of editors) {
  describe(`events that come again in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const fire = async () => {
      const fired = await red.admin('provisioning/nodes/event/fire', postJson({}));
      assert.equal(fired.status, 202);
    };
    const switchTo = (status: string) =>
      red.admin('provisioning/registries/registry/handlers/crm', {
        ...postJson({ status }),
        method: 'PATCH',
      });
    const countOf = (status: string, count: number) =>
      eventually(`${count} ${status}`, async () => {
        const route = `provisioning/registries/registry/events?status=${status}`;
        return (await red.get<{ items: unknown[] }>(route)).items.length === count;
      });
    const closeTray = async () => {
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    };

    before(async () => {
      receiver = await misbehavingServer(answers(200));
      const crm = { id: 'crm', name: 'CRM', events: ['clients.*'] };
      const event = eventNode({ eventType: 'clients.create' });
      const flows = [tab, registry(), httpHandler(`${receiver.url}/crm`, crm), event, executor()];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1000 } });
      await view.setWidth(900);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('go into the flow again as a whole, once the dialog has said how many of each status', async () => {
      await switchTo('disabled');
      for (let sent = 0; sent < 2; sent += 1) await fire();
      await countOf('unhandled', 2);
      await switchTo('enabled');
      await view.go('events');
      await view.row('Unhandled').nth(1).waitFor();
      await view.button('Replay…').click();
      const { tray } = view;
      await tray.getByText('All events: nothing is searched for').waitFor();
      await tray.getByRole('checkbox', { name: 'Unhandled 2' }).waitFor();
      await tray.getByRole('checkbox', { name: 'Unclaimed 0' }).waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp-tray'), []);
      await tray.getByRole('button', { name: 'Replay 2' }).press('Enter');
      await tray.getByText(/^Go into the flow again: 2/).waitFor();
      await countOf('succeeded', 2);
      assert.equal(receiver.received.length, 2);
      await closeTray();
      await view.row('Success').nth(1).waitFor();
    });

    it('have nothing to confirm where there are none', async () => {
      await view.button('Replay…').click();
      await view.tray.getByText('Nothing of this can be replayed.').waitFor();
      assert.equal(await view.tray.getByRole('button', { name: /^Replay/ }).count(), 0);
      await closeTray();
    });

    it('are replayed one by one from their details', async () => {
      await switchTo('disabled');
      await fire();
      await countOf('unhandled', 1);
      await switchTo('enabled');
      await view.row('Unhandled').first().click();
      await view.tray.getByRole('button', { name: 'Replay' }).click();
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Replay' }).click();
      await countOf('succeeded', 3);
      await closeTray();
    });

    it('are delivered to a handler that is enabled again: one click leads there', async () => {
      await view.go('handlers');
      const flag = view.root.getByRole('switch', { name: /CRM/ });
      await flag.click();
      await view.root.getByRole('switch', { name: /CRM/, checked: false }).waitFor();
      for (let sent = 0; sent < 3; sent += 1) await fire();
      await countOf('unhandled', 3);
      await flag.click();
      await view.root.getByText(/^Events have passed it by since/).waitFor();
      await view.root.getByRole('button', { name: 'Deliver what it missed…' }).press('Enter');
      const { tray } = view;
      await tray.getByText('It has missed 3 of 3 events.').waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp-tray'), []);
      const before = receiver.received.length;
      await tray.getByRole('button', { name: 'Deliver 3' }).press('Enter');
      await tray.getByText(/^Being delivered: 3/).waitFor();
      await eventually('all are called', () => receiver.received.length === before + 3);
      await closeTray();
      await view.go('executions');
      await view.row('Success').first().click();
      await tray.getByText('its handler had missed the event').waitFor();
      await closeTray();
    });

    it('are looked for from a handler’s menu, since another moment, and nothing is delivered twice', async () => {
      await view.go('handlers');
      await view.root.getByRole('button', { name: /^Switch CRM/ }).press('Enter');
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Deliver what it missed…' }).click();
      const { tray } = view;
      await tray.getByLabel('Events taken since').selectOption({ label: 'one day ago' });
      await tray.getByText('It has missed nothing of this.').waitFor();
      assert.equal(await tray.getByRole('button', { name: /^Deliver/ }).count(), 0);
      await tray.getByLabel('Events taken since').selectOption({ label: 'a certain moment…' });
      await tray.getByLabel('Date and time').fill('2099-01-01T00:00');
      await tray.getByLabel('Date and time').press('Tab');
      await tray.getByText('There are no events since then.').waitFor();
      await closeTray();
    });
  });
}
