import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
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
        httpHandler(`${receiver.url}/sealed`, {
          id: 'sealed',
          name: 'Sealed',
          priority: 30,
          events: ['importd.process_failed'],
          auth: 'bearer',
        }),
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

    let object = 0;
    const fire = async (count: number, type = 'clients.create') => {
      for (let n = 0; n < count; n += 1) {
        object += 1;
        await red.admin('provisioning/registries/registry/events', postJson(envelope(object, type)));
      }
    };
    const crm = async () => {
      const { items } = await red.get<{ items: { id: string; circuit: { state: string } }[] }>(
        'provisioning/registries/registry/handlers',
      );
      return items.find(({ id }) => id === 'crm') ?? assert.fail('there is no CRM');
    };

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

    it('groups what fails by handler and kind, each a way to exactly those rows and to what is open of them', async () => {
      await fire(2, 'clients.update');
      await view.go('overview');
      const group = view.root.locator('.nrp-failures li', { hasText: 'Handler number 0 of some length' });
      await group.getByText('HTTP 500', { exact: true }).waitFor({ timeout: 20_000 });
      await group.getByText('500 · the disk is full').waitFor();
      await group
        .getByRole('img', { name: 'Handler number 0 of some length, HTTP 500: 2 over time' })
        .waitFor();
      for (const width of [180, 320, 420, 900]) {
        await view.setWidth(width);
        assert.ok(await inSight(group), `at ${width}`);
        assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `at ${width}`);
      }
      await view.button('Week').click();
      await group.getByRole('button', { name: '2 failed' }).click();
      const chip = view.root.locator('.nrp-chip', { hasText: 'Kind of failure: HTTP 500' });
      await chip.waitFor();
      await eventually('exactly those', async () => (await view.rows.count()) === 2);
      const handlers = await view.rows.locator('td.nrp-c-handler').allTextContents();
      assert.ok(handlers.every((one) => one === 'Handler number 0 of some length'));
      const id = await view.rows.first().locator('[data-row]').getAttribute('data-row');
      await red.admin(`provisioning/registries/registry/executions/${id}/replay`, postJson({}));
      await view.go('overview');
      await view.button('Hour').click();
      const open = group.getByRole('button', { name: '2 not set right' });
      // The replay has failed as well, in the place of the first.
      await group.getByRole('button', { name: '3 failed' }).waitFor({ timeout: 20_000 });
      await group.getByRole('button', { name: 'Replay…' }).click();
      const dialog = view.tray;
      await dialog.getByText('Kind of failure: HTTP 500').waitFor();
      await view.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await open.focus();
      await view.page.keyboard.press('Enter');
      await eventually('those that are open', async () => (await view.rows.count()) === 2);
      await view.button('Clear the search').click();
    });

    it('says why a handler is not in force, and what waits for it, wherever that is looked at', async () => {
      const refusal = 'auth.token: is missing: enter the token';
      await fire(1, 'importd.process_failed');
      await view.go('overview');
      const item = view.root.locator('.nrp-attention li', { hasText: 'Sealed' });
      await item.getByText(refusal).waitFor();
      for (const [name, said] of [
        ['handlers', view.root.locator('.nrp-note').getByText(`Not in force: ${refusal}`)],
        ['executions', view.row('Parked: refused').getByText(refusal, { exact: true })],
      ] as const) {
        await view.go(name);
        await said.waitFor();
        for (const width of [180, 320, 420, 900]) {
          await view.setWidth(width);
          assert.ok(await inSight(said), `${name} at ${width}`);
          assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `${name} at ${width}`);
        }
      }
      await view.row('Parked: refused').click();
      const waits = view.tray.locator('.nrp-timeline').getByText(refusal);
      assert.match(String(await waits.textContent()), /not in force\. Mend this and deploy/);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('says why a handler needs attention, since when, and when it is tried next', async () => {
      await fire(10);
      await eventually('the circuit is open', async () => (await crm()).circuit.state === 'open');
      await fire(2);
      await view.go('overview');
      const item = view.root.locator('.nrp-attention li', { hasText: 'CRM' });
      await item.getByText('500 · the disk is full').waitFor();
      await item.getByText(/Since .+\. Next probe .+\./).waitFor();
      await view.go('executions');
      const tried = view.row('Parked: circuit').getByText('500 · the disk is full');
      await eventually(
        'all rows say why, those that nobody was called for too',
        async () => (await tried.count()) === 12,
      );
      const hint = await view
        .row('Parked: circuit')
        .first()
        .locator('td.nrp-c-response')
        .getAttribute('title');
      assert.match(String(hint), /circuit is open.* Why: 500 · the disk is full\. Since .*\. Next probe/);
      await view.row('Parked: circuit').last().click();
      await view.tray.locator('.nrp-timeline').getByText('500 · the disk is full').first().waitFor();
      assert.equal(await view.tray.getByText('Internal Server Error').count(), 0);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('says what comes of closing a circuit, and says so aloud', async () => {
      await view.go('overview');
      const item = view.root.locator('.nrp-attention li', { hasText: 'CRM' });
      const button = item.getByRole('button', { name: 'Close the circuit' });
      await button.focus();
      const fails = 'Circuit closed, tried again, still fails: 500 · the disk is full';
      const notified = view.page.locator('.red-ui-notification').getByText(fails).waitFor();
      await view.page.keyboard.press('Enter');
      await item.getByText(fails).waitFor();
      await view.announced('status').getByText(`CRM: ${fails}`).waitFor();
      await notified;
      await fire(10);
      const again = 'Circuit closed, tried again, opened again: 500 · the disk is full';
      await item.getByText(again).waitFor();
      await view.announced('status').getByText(`CRM: ${again}`).waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp'), []);
    });

    it('says so too where the target is gone at once, and where it answers', async () => {
      receiver.become(({ response }) => response.writeHead(410).end('moved out'));
      await view.go('handlers');
      const close = async () => {
        await view.row('CRM').getByRole('button', { name: 'Close the circuit' }).click();
      };
      // One that nobody was called for: what was tried waits for its retry.
      await fire(1);
      await close();
      const said = view.root.locator('.nrp-note');
      await said.getByText('Circuit closed, tried again, opened again: 410 · moved out').waitFor();
      receiver.become(({ response }) => response.end('ok'));
      await fire(1);
      await close();
      await said.getByText('Circuit closed, tried again: the target answers.').waitFor();
    });
  });
}
