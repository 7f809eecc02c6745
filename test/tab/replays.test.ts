import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
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

    const unresolved = async () =>
      (
        await red.get<{ items: { objectId: string }[] }>(
          'provisioning/registries/registry/executions?status=unresolved',
        )
      ).items.map(({ objectId }) => objectId);
    // Rows are no measure: those that were set right still say "Fail".
    const haveFailed = (count: number) =>
      eventually(`${count} have failed`, async () => (await unresolved()).length === count);

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

    it('is replayed as a whole by a dialog that says what is meant, and replays only what is not set right', async () => {
      await view.go('executions');
      await view.root.getByRole('button', { name: 'Advanced search' }).click();
      await view.root.getByLabel('Handler', { exact: true }).selectOption({ label: 'CRM' });
      await view.button('Replay…').click();
      const { tray } = view;
      await tray.getByText('Handler: CRM').waitFor();
      const box = (name: string) => tray.getByRole('checkbox', { name });
      await box('Fail 2').waitFor();
      await box('Success 1').waitFor();
      assert.deepEqual(
        await Promise.all(['Fail', 'Skipped', 'Cancelled', 'Success'].map((name) => box(name).isChecked())),
        [true, true, false, false],
      );
      assert.deepEqual(await axeFindings(view.page, '.nrp-tray'), []);
      // What fails by now was not asked about.
      receiver.become(answers(500));
      await fire(4);
      await haveFailed(3);
      receiver.become(answers(200));
      await box('Success').check();
      await tray.getByRole('button', { name: 'Replay 3' }).waitFor();
      await box('Success').uncheck();
      const before = receiver.received.length;
      await tray.getByRole('button', { name: 'Replay 2' }).press('Enter');
      await tray.getByText(/Being replayed: 2/).waitFor();
      await eventually('both are called again', () => receiver.received.length === before + 2);
      await view.page.keyboard.press('Escape');
      await tray.waitFor({ state: 'detached' });
      assert.deepEqual(await unresolved(), ['4']);
    });

    it('has nothing to confirm where nothing can be replayed', async () => {
      await view.root.getByLabel('Object ID', { exact: true }).fill('nobody');
      await view.root.getByText('Nothing found').waitFor();
      await view.button('Replay…').click();
      await view.tray.getByText('Nothing of this can be replayed.').waitFor();
      assert.equal(await view.tray.getByRole('button', { name: /^Replay/ }).count(), 0);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await view.button('Clear the search').first().click();
    });

    it('is replayed no faster than asked, until one stops it', async () => {
      receiver.become(answers(500));
      for (const objectId of [5, 6, 7]) await fire(objectId);
      await haveFailed(4);
      receiver.become(answers(200));
      await view.button('Replay…').click();
      await view.tray.getByLabel('Per second, at most').fill('0.001');
      await view.tray.getByRole('button', { name: 'Replay 4' }).click();
      await view.tray.getByText('Replaying: 1 of 4').waitFor();
      await view.tray.getByRole('button', { name: 'Stop' }).click();
      await view.tray.getByRole('progressbar').waitFor({ state: 'detached' });
      const { items } = await red.get<{ items: { status: string; replayed: number }[] }>(
        'provisioning/registries/registry/replays',
      );
      assert.deepEqual([items[0]?.status, items[0]?.replayed], ['cancelled', 1]);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('is cancelled as a whole while it waits, once the dialog has said how much that is', async () => {
      const held = { ...postJson({ status: 'held' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/crm', held);
      for (const objectId of [8, 8, 9]) await fire(objectId);
      await view.go('overview');
      await view.root.getByRole('button', { name: /^3\s*Parked/ }).click({ timeout: 15_000 });
      await view.row('Parked: held').nth(2).waitFor();
      await view.button('Cancel parked…').click();
      await view.tray.getByText('Status: Parked').waitFor();
      await view.tray.getByText(/^3 executions wait\./).waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp-tray'), []);
      await view.tray.getByRole('button', { name: 'Cancel 3' }).press('Enter');
      await view.tray.getByText('Cancelled: 3').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await view.root.getByText('Nothing found').waitFor();
    });
  });
}
