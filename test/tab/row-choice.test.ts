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
  describe(`selecting rows of the log in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const fire = async (...objects: number[]) => {
      const before = receiver.received.length;
      for (const one of objects)
        await red.admin('provisioning/registries/registry/events', postJson(envelope(one)));
      await eventually('they were called', () => receiver.received.length >= before + objects.length);
    };
    const chosen = async () =>
      view.rows.evaluateAll((rows) =>
        rows
          .filter((row) => row.querySelector<HTMLInputElement>('.nrp-c-choice input')?.checked)
          .map((row) => row.querySelector('.nrp-c-object')?.textContent?.trim()),
      );
    const areChosen = (...objects: readonly number[]) =>
      eventually(`${objects} are chosen`, async () => `${await chosen()}` === `${objects}`);
    const row = (objectId: number) =>
      view.rows.filter({
        has: view.page.locator('td.nrp-c-object', { hasText: new RegExp(`^\\s*${objectId}\\s*$`) }),
      });
    const bar = () => view.root.locator('.nrp-chosen');
    const focused = () =>
      view.page.evaluate(() =>
        document.activeElement?.closest('tr')?.querySelector('.nrp-c-object')?.textContent?.trim(),
      );
    const press = async (key: string, then: number) => {
      await view.page.keyboard.press(key);
      await eventually(`the focus is at ${then}`, async () => (await focused()) === `${then}`);
    };

    before(async () => {
      receiver = await misbehavingServer(answers(500));
      const crm = { id: 'crm', name: 'CRM', events: ['clients.*'] };
      const flows = [
        tab,
        registry(),
        httpHandler(`${receiver.url}/crm`, crm),
        eventNode({ intake: true, path: '/in', intakeAuth: 'none' }),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1000 } });
      await view.setWidth(1000);
      await view.go('executions');
      await fire(1, 2, 3, 4, 5, 6);
      await view.row('Fail').nth(5).waitFor();
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('ticks a row, and with Shift all to the next one, without opening any or asking anything', async () => {
      const asked: string[] = [];
      view.page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()));
      await row(5).locator('.nrp-c-choice').click();
      await bar().getByText('1 selected').waitFor();
      await row(3)
        .getByRole('checkbox')
        .click({ modifiers: ['Shift'] });
      await areChosen(5, 4, 3);
      await row(1).click({ modifiers: ['ControlOrMeta'] });
      await row(4).getByRole('checkbox').click();
      await areChosen(5, 3, 1);
      await bar().getByText('3 selected').waitFor();
      assert.equal(await view.tray.count(), 0);
      assert.deepEqual(asked, []);
      for (const width of [180, 320, 640, 1000]) {
        await view.setWidth(width);
        assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `at ${width}`);
      }
    });

    it('keeps them by id while rows come, under the pointer and beyond it, and says what the search loses', async () => {
      await fire(7);
      await view.button('1 new').click();
      await row(7).waitFor();
      await areChosen(5, 3, 1);
      const box = view.root.getByRole('textbox', { name: /^Search request/ });
      await view.root.getByRole('button', { name: 'Advanced search' }).click();
      await view.root.getByLabel('Object ID', { exact: true }).fill('3');
      await bar().getByText('2 of them the search does not find').waitFor();
      await areChosen(3);
      await view.root.getByLabel('Object ID', { exact: true }).fill('nobody');
      await bar().getByText('3 of them the search does not find').waitFor();
      await box.focus();
      await view.page.keyboard.press('Escape');
      await bar().getByText('3 selected').waitFor();
      await view.button('Clear the search').first().click();
      await view.root.getByRole('button', { name: 'Advanced search' }).click();
      await areChosen(5, 3, 1);
      await bar().getByText('the search does not find').waitFor({ state: 'detached' });
    });

    it('is worked by keyboard alone, and says what it has done', async () => {
      await bar().getByRole('button', { name: 'Clear' }).press('Enter');
      await bar().waitFor({ state: 'detached' });
      assert.notEqual(await focused(), undefined, 'the focus is in the rows');
      await press('Home', 7);
      await view.page.keyboard.press('Space');
      await view.announced('status').getByText('Execution 7 selected. 1 selected').waitFor();
      await press('Shift+ArrowDown', 6);
      await press('Shift+ArrowDown', 5);
      await areChosen(7, 6, 5);
      await press('Shift+ArrowUp', 6);
      await areChosen(7, 6);
      await view.announced('status').getByText('2 selected').waitFor();
      await press('ArrowDown', 5);
      await press('ArrowDown', 4);
      await press('Shift+ArrowDown', 3);
      await areChosen(7, 6, 4, 3);
      await view.page.keyboard.press('Space');
      await areChosen(7, 6, 4);
      await view.page.keyboard.press('ControlOrMeta+a');
      await areChosen(7, 6, 5, 4, 3, 2, 1);
      assert.equal(await view.tray.count(), 0);
      await view.page.keyboard.press('Enter');
      await view.tray.getByText('What was sent').waitFor();
      await view.traySettled();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await areChosen(7, 6, 5, 4, 3, 2, 1);
      await eventually('the focus is back', async () => (await focused()) === '3');
      await view.page.keyboard.press('Escape');
      await bar().waitFor({ state: 'detached' });
      await view.page.keyboard.press('?');
      await view.page.locator('.nrp-keys').getByText('Select further rows').waitFor();
      await view.page.keyboard.press('Escape');
    });

    it('replays those rows alone, by the dialog that says how many of which status they are', async () => {
      await row(6).getByRole('checkbox').click();
      await row(2).getByRole('checkbox').click();
      receiver.become(answers(200));
      await bar().getByRole('button', { name: 'Replay…' }).click();
      await view.tray.getByText('Rows that were selected: 2').waitFor();
      await view.tray.getByRole('checkbox', { name: 'Fail 2' }).waitFor();
      const before = receiver.received.length;
      await view.tray.getByRole('button', { name: 'Replay 2' }).click();
      await eventually('both are called again', () => receiver.received.length === before + 2);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      const { items } = await red.get<{ items: { objectId: string }[] }>(
        'provisioning/registries/registry/executions?status=unresolved',
      );
      assert.deepEqual(
        items.map(({ objectId }) => objectId),
        ['7', '5', '4', '3', '1'],
      );
    });

    it('exports and cancels those rows alone', async () => {
      await bar().getByRole('button', { name: 'Clear' }).click();
      const held = { ...postJson({ status: 'held' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/crm', held);
      for (const objectId of [8, 9])
        await red.admin('provisioning/registries/registry/events', postJson(envelope(objectId)));
      await view.page.mouse.move(0, 0);
      await view.button('Log').focus();
      await row(9).first().waitFor();
      await row(9).getByRole('checkbox').click();
      await row(7).getByRole('checkbox').click();
      const [download] = await Promise.all([
        view.page.waitForEvent('download'),
        bar().getByRole('button', { name: 'Export CSV' }).click(),
      ]);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      assert.equal(Buffer.concat(chunks).toString().trim().split('\n').length, 3);
      await bar().getByRole('button', { name: 'Cancel parked…' }).click();
      await view.tray.getByText(/^1 executions wait\./).waitFor();
      await view.tray.getByRole('button', { name: 'Cancel 1' }).click();
      await view.tray.getByText('Cancelled: 1').waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await row(9).getByText('Cancelled', { exact: true }).waitFor();
      await row(8).getByText('Parked: held').waitFor();
    });

    it('goes on past what is loaded, and past 500 offers the search in their place', async () => {
      await row(9).locator('[data-row]').focus();
      await view.page.keyboard.press('Escape');
      await bar().waitFor({ state: 'detached' });
      // The handler is held: rows come without calls.
      const events = Array.from({ length: 600 }, (_, at) => envelope(1000 + at));
      for (let times = 0; times < 2; times += 1)
        assert.equal((await red.node('in', postJson(events))).status, 202);
      // No further one comes while the list is gone through.
      await eventually('all of them wait', async () => {
        const [one] = await red.get<{ readonly parked: number }[]>('provisioning/registries');
        return (one?.parked ?? 0) >= 1200;
      });
      // More than are gathered while they wait: the list begins anew.
      await view.button(/^[\d,]+\+ new/).press('Enter');
      await eventually(
        'the newest are shown',
        async () => Number(await view.rows.first().locator('.nrp-c-object').textContent()) >= 1000,
      );
      const loaded = async () =>
        Number(/\d+/.exec((await view.root.locator('.nrp-foot').textContent()) ?? '')?.[0]);
      await eventually('the list has begun anew', async () => (await loaded()) === 50);
      while ((await loaded()) <= 500) {
        const before = await loaded();
        await view.page.keyboard.press('End');
        await eventually('more is loaded', async () => (await loaded()) > before);
      }
      await view.page.keyboard.press('ControlOrMeta+a');
      await bar().getByText('At most 500 can be worked on at once').waitFor();
      assert.equal(await bar().getByRole('button', { name: 'Export CSV' }).count(), 0);
      await bar().getByRole('button', { name: 'Replay what the search finds…' }).click();
      await view.tray.getByText('Everything in the log: nothing is searched for').waitFor();
    });
  });
}
