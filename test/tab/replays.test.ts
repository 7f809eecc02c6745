import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { answers, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
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
import { Tab } from '../support/tab.ts';

for (const { name, nodeRed: installation } of editors) {
  describe(`what failed, and is set right in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const fire = (objectId: number) =>
      red.admin('provisioning/registries/registry/events', postJson(envelope(objectId)));

    before(async () => {
      receiver = await misbehavingServer(answers(500));
      const crm = { id: 'crm', name: 'CRM', events: ['clients.*'] };
      const flows = [tab, registry(), httpHandler(`${receiver.url}/crm`, crm), eventNode(), executor()];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1000 } });
      await view.setWidth(900);
      for (const objectId of [1, 2, 3]) await fire(objectId);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('is counted by the overview while it is open, and listed by the links from there', async () => {
      await view.go('overview');
      await view.root
        .getByRole('button', { name: /^3\s*Failed, not set right/ })
        .waitFor({ timeout: 15_000 });
      await view.button('Failed, not set right: 3').click();
      await view.row('Fail').nth(2).waitFor();
      await view.button(/Clear the search/).click();
      await view.go('overview');
      await view.root.locator('.nrp-attention').getByText('CRM', { exact: true }).click();
      await view.row('Fail').nth(2).waitFor();
    });

    it('leaves what is not set right as soon as it is replayed, and says in its row and details what became of it', async () => {
      receiver.become(answers(200));
      await view
        .row('Fail')
        .filter({ has: view.page.locator('td.nrp-c-object', { hasText: '2' }) })
        .click();
      await view.tray.getByRole('button', { name: 'Replay' }).click();
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Replay' }).click();
      await view.tray.getByRole('button', { name: 'replayed → Success' }).waitFor();
      await view.rows.nth(2).waitFor({ state: 'detached' });
      assert.equal(await view.rows.count(), 2);
      assert.deepEqual(await axeFindings(view.page, '.nrp-tray'), []);
      await view.tray.getByRole('button', { name: 'replayed → Success' }).click();
      await view.tray.getByText('Replay of').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await view.button(/Clear the search/).click();
      await view.rows.nth(3).waitFor();
      const set = view.row('replayed → Success');
      assert.deepEqual(await axeFindings(view.page, '.nrp'), []);
      await set.getByRole('button', { name: 'replayed → Success' }).click();
      await view.tray.getByText('Replay of').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await view.go('overview');
      await view.root
        .getByRole('button', { name: /^2\s*Failed, not set right/ })
        .waitFor({ timeout: 15_000 });
    });
  });
}
