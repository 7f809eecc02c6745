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
  describe(`the log's view in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const fire = async (objectId: number, eventType = 'clients.create', data: object = {}) => {
      const event = { ...envelope(objectId, eventType), data };
      const response = await red.admin('provisioning/registries/registry/events', postJson(event));
      return ((await response.json()) as { id: string }).id;
    };
    const ids = async () =>
      (await view.root.locator('td.nrp-c-object').allTextContents()).map((text) => text.trim());
    const newest = async (objectId: string) =>
      eventually(`the execution of ${objectId}`, async () => (await ids())[0] === objectId);

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) => {
        const status = received.path === '/bad' ? 500 : 200;
        response
          .writeHead(status, { 'x-request-id': 'r-1' })
          .end(status === 200 ? '{"ok":true}' : 'out of order');
      });
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        httpHandler(`${receiver.url}/crm`, {
          id: 'crm',
          name: 'CRM',
          priority: 1,
          events: ['clients.*'],
          headers: [{ name: 'x-api-key', value: `\${CRM_KEY}` }],
        }),
        httpHandler(`${receiver.url}/bad`, {
          id: 'bad',
          name: 'Bad',
          priority: 2,
          events: ['clients.create'],
          retryDelays: [0.1, 600],
        }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({
        flows,
        env: { CRM_KEY: 'very-secret' },
        ...(installation && { nodeRed: installation }),
      });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1000 } });
      await view.setWidth(900);
      await view.go('executions');
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('teaches what would stand there before anything ran, with a way to the examples', async () => {
      await view.root.getByText('Nothing executed yet').waitFor();
      await view.button('Open the examples').click();
      await view.page.locator('#red-ui-clipboard-dialog-import-tab-examples').waitFor();
      await view.page.keyboard.press('Escape');
      await view.page.locator('.ui-widget-overlay').waitFor({ state: 'detached' });
    });

    it('shows executions as they happen', async () => {
      await fire(1, 'clients.update', { name: 'Anna' });
      await view.row('CRM').getByText('Success').waitFor();
      await view.row('{"ok":true}').waitFor();
      const cells = await view.rows.first().locator('td').allTextContents();
      assert.deepEqual(
        cells.map((cell) => cell.trim()).filter((_, column) => ![0, 3, 8].includes(column)),
        ['1', 'Success', 'clients.update', 'CRM', '1', '{"ok":true}'],
      );
      const date = view.rows.first().locator('time');
      assert.match((await date.textContent()) ?? '', /now|ago/);
      assert.match((await date.getAttribute('title')) ?? '', /20\d\d/);
    });

    it('shows the states in between, and what failed with its error', async () => {
      await fire(2);
      await view.row('Parked: retry').waitFor();
      assert.match(await textOf(view.row('Parked: retry')), /500/);
    });

    it('is what the success of a handler leads to, whose calls fail and are tried again', async () => {
      await view.go('handlers');
      await view.row('Bad').getByText('0% success').click();
      await view.row('Parked: retry').waitFor();
      await view.button('Advanced search').click();
      const status = view.root.getByLabel('Status', { exact: true });
      assert.equal(await status.locator('option:checked').textContent(), 'Failed, not set right, or parked');
      await view.button('Advanced search').click();
      await view.button('Clear the search').click();
    });

    it('is found by handler, status, object, words and time; what was searched is remembered', async () => {
      const count = (rows: number) =>
        eventually(`${rows} rows`, async () => (await view.rows.count()) === rows);
      await count(3);
      await view.button('Advanced search').click();
      await view.root.getByLabel('Handler', { exact: true }).selectOption({ label: 'CRM' });
      await count(2);
      await view.root.getByLabel('Status', { exact: true }).selectOption('succeeded');
      await view.root.getByLabel('Object ID', { exact: true }).fill('2');
      await count(1);
      await view.button(/^Advanced search \(3\)/).waitFor();

      await view.page.reload();
      await view.editor.ready();
      await view.show();
      await view.setWidth(900);
      await count(1);
      await view.button('Clear the search').click();
      await count(3);

      await view.root.getByRole('textbox', { name: /^Search request/ }).fill('anna');
      await count(1);
      await view.row('clients.update').waitFor();
      await view.button('Clear the search').click();
      await view.button('Advanced search').click();
      await view.root.getByLabel('Date to').fill('2020-01-01T00:00:00');
      await view.root.getByText('Nothing matches the search').waitFor();
      await view.button('Clear the search').first().click();
      await view.root.getByLabel('Date from').fill('2020-01-01T00:00:00');
      await count(3);
      await view.button('Clear the search').click();
      await view.button('Advanced search').click();
    });

    it('leaves its buttons where they are when a search begins and when it is cleared', async () => {
      const place = () => view.button('Advanced search').boundingBox();
      const before = await place();
      await view.root.getByRole('textbox', { name: /^Search request/ }).fill('anna');
      await view.button('Clear the search').waitFor();
      assert.deepEqual(await place(), before);
      await view.button('Clear the search').click();
      await view.button('Clear the search').waitFor({ state: 'hidden' });
      assert.deepEqual(await place(), before);
    });

    it('says what is wrong with a search that the API refuses', async () => {
      const box = view.root.getByRole('textbox', { name: /^Search request/ });
      let refused = 0;
      view.page.on('request', (request) => {
        if (new URL(request.url()).searchParams.get('text') === '-- !') refused += 1;
      });
      await box.fill('-- !');
      await view.root.getByText('holds no letter').waitFor();
      await view.button('Clear the search').click();
      await view.row('CRM').first().waitFor();
      const { problems } = view.editor;
      await eventually('the browser has told of each', () => problems.length === refused);
      for (const problem of problems.splice(0)) assert.match(problem, /400 .*text=--%20!/);
    });

    it('says beside the date that begins after its end that nothing can be found, and asks for nothing', async () => {
      await view.button('Advanced search').click();
      await view.root.getByLabel('Date to').fill('2020-01-01T00:00:00');
      await view.root.getByText('Nothing matches the search').waitFor();
      const asked: string[] = [];
      view.page.on('request', (request) => asked.push(request.url()));
      await view.root.getByLabel('Date from').fill('2020-01-02T00:00:00');
      await view.root.locator('.nrp-field').getByText('nothing can be found').waitFor();
      const to = view.root.locator('#nrp-search-to');
      assert.equal(await to.getAttribute('aria-invalid'), 'true');
      // Until then the search of before may be read again.
      assert.deepEqual(
        asked.splice(0).filter((url) => url.includes('/executions') && url.includes('from=')),
        [],
      );
      // The registries are asked for all the time: with them the list would have been.
      await view.page.waitForResponse(/\/registries$/);
      assert.deepEqual(
        asked.filter((url) => url.includes('/executions')),
        [],
      );
      await view.button('Clear the search').first().click();
      await view.row('CRM').first().waitFor();
      await view.button('Advanced search').click();
    });

    it('pauses, counts what waits, and goes on', async () => {
      await view.button('Pause').click();
      await fire(3, 'clients.update');
      await fire(4, 'clients.update');
      await view.button('2 new').waitFor();
      assert.notEqual((await ids())[0], '4');
      await view.root.getByText('Paused').waitFor();
      await view.button('Go on').click();
      await newest('4');
      await view.button('2 new').waitFor({ state: 'detached' });
    });

    it('shows in the tray what was sent, with secrets masked, what came back, and every attempt', async () => {
      await view.row('Parked: retry').first().click();
      await view.tray.getByText('Attempts: 2').waitFor();
      const text = await textOf(view.tray);
      assert.match(text, /out of order/);
      assert.match(text, /Next attempt/);
      assert.match(text, /x-request-id\s+r-1/);
      const attempts = view.tray.locator('.nrp-timeline details');
      assert.equal(await attempts.count(), 2);
      await attempts.first().locator('summary').click();
      await attempts.first().getByText('provisioning-attempt').waitFor();

      await view.row('CRM').first().click();
      await view.tray.getByText('Attempts: 1').waitFor();
      assert.match(await textOf(view.tray), /x-api-key/);
      assert.doesNotMatch(await view.page.content(), /very-secret/);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('is worked by keyboard: rows by the arrows, Enter opens, Escape comes back', async () => {
      const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('data-row'));
      const order = await view.root
        .locator('[data-row]')
        .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('data-row')));
      await view.root.locator('[data-row][tabindex="0"]').focus();
      await view.page.keyboard.press('Home');
      await eventually('the first row', async () => (await focused()) === order[0]);
      await view.page.keyboard.press('ArrowDown');
      await eventually('the second row', async () => (await focused()) === order[1]);
      await view.page.keyboard.press('End');
      await eventually('the last row', async () => (await focused()) === order.at(-1));
      await view.page.keyboard.press('Enter');
      await view.tray.getByText('What was sent').waitFor();
      await view.traySettled();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await eventually('the focus is back', async () => (await focused()) === order.at(-1));
    });

    it('gives the focus to the details before they are read, and to those that they lead to', async () => {
      const inTray = () => view.page.evaluate(() => document.activeElement?.closest('.nrp-tray') != null);
      let answer = (): void => {};
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const details = '**/provisioning/registries/*/executions/*';
      await view.page.route(details, async (route) => {
        await answered;
        await route.continue();
      });
      await view.root.locator('[data-row][tabindex="0"]').press('Enter');
      await view.traySettled();
      assert.ok(await inTray());
      answer();
      await view.tray.getByText('What was sent').waitFor();
      assert.ok(await inTray());
      await view.page.unroute(details);
      await view.tray.getByRole('button', { name: 'Its event' }).press('Enter');
      await view.tray.getByText('Executions in chain order').waitFor();
      assert.ok(await inTray());
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('leads to the event and to its other executions', async () => {
      await view.row('Parked: retry').first().click();
      await view.tray.getByRole('button', { name: 'Its event' }).click();
      await view.tray.getByText('Executions in chain order').waitFor();
      assert.equal(await view.tray.locator('.nrp-chain li').count(), 2);
      await view.tray.locator('.nrp-chain').getByText('CRM').click();
      await view.tray.getByText('What was sent').waitFor();
      await view.tray.getByRole('button', { name: 'All executions of the event' }).click();
      await eventually('both executions', async () => (await view.rows.count()) === 2);
      await view.button('Clear the search').click();
    });

    it('copies an execution as JSON and as curl', async () => {
      await view.page.evaluate(() => {
        document.addEventListener('copy', () => {
          const field = document.activeElement as HTMLTextAreaElement;
          document.body.dataset['copied'] = field.value;
        });
      });
      const copied = () => view.page.evaluate(() => document.body.dataset['copied'] ?? '');
      await view.announced('status').evaluate((region) => {
        const said: string[] = [];
        new MutationObserver((changes) => {
          said.push(
            ...changes.flatMap(({ addedNodes }) => [...addedNodes]).map((node) => node.textContent ?? ''),
          );
          document.body.dataset['said'] = said.filter((text) => text !== '').join();
        }).observe(region, { childList: true, subtree: true });
      });
      await view.row('CRM').first().click();
      await view.tray.getByRole('button', { name: 'Copy as JSON' }).click();
      assert.equal((JSON.parse(await copied()) as { handler: { name: string } }).handler.name, 'CRM');
      await view.tray.getByRole('button', { name: 'Copy as curl' }).click();
      assert.match(await copied(), /^curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/crm'/);
      assert.doesNotMatch(await copied(), /very-secret/);
      assert.equal(
        await view.page.evaluate(() => document.body.dataset['said']),
        'Copied to the clipboard,Copied to the clipboard',
      );
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('opens the next one while the tray still slides away', async () => {
      await view.row('CRM').first().click();
      await view.tray.getByText('Attempts: 1').waitFor();
      await view.traySettled();
      await view
        .row('Parked: retry')
        .first()
        .evaluate((row) => {
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
          (row as HTMLElement).click();
        });
      await view.tray.getByText('Attempts: 2').waitFor();
      await eventually('the other one is gone', async () => (await view.tray.count()) === 1);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('replays an execution and cancels a parked one, once it has asked', async () => {
      await view.row('Parked: retry').first().click();
      await view.tray.getByRole('button', { name: 'Cancel the execution' }).click();
      const question = view.page.locator('.nrp-ask');
      // Two words of the same would not tell what is cancelled: the question, or the execution.
      assert.deepEqual(await question.getByRole('button').allTextContents(), [
        'Back',
        'Cancel the execution',
      ]);
      await question.getByRole('button', { name: 'Back' }).click();
      await question.waitFor({ state: 'detached' });
      assert.equal(await view.row('Cancelled').count(), 0);
      await view.tray.getByRole('button', { name: 'Cancel the execution' }).click();
      await question.getByRole('button', { name: 'Cancel the execution' }).click();
      await view.row('Cancelled').waitFor();
      await view.tray.getByText('Cancelled').first().waitFor();
      await view.tray.getByRole('button', { name: 'Replay' }).click();
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Replay' }).click();
      await view.row('Parked: retry').first().waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('exports as CSV what the search finds', async () => {
      await view.root.getByRole('textbox', { name: /^Search request/ }).fill('anna');
      await eventually('one row', async () => (await view.rows.count()) === 1);
      const [download] = await Promise.all([
        view.page.waitForEvent('download'),
        view.button('Export as CSV what the search finds').click(),
      ]);
      assert.match(download.suggestedFilename(), /^executions-Billing-20\d\d-.*\.csv$/);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      const lines = Buffer.concat(chunks).toString().trim().split('\n');
      assert.equal(lines.length, 2);
      assert.match(lines[1] ?? '', /^Billing,.*clients\.update/);
      await view.button('Clear the search').click();
    });

    it('shows how far a replay of many has come, and stops it', async () => {
      for (const objectId of [701, 702]) await fire(objectId, 'clients.update');
      await newest('702');
      const body = { filter: { eventType: 'clients.update' }, ratePerSecond: 0.001 };
      await red.admin('provisioning/registries/registry/replay', postJson(body));
      await eventually('one is replayed', async () => {
        const { items } = await red.get<{ items: { replayed: number }[] }>(
          'provisioning/registries/registry/replays',
        );
        return items[0]?.replayed === 1;
      });
      // Seen at once by whoever comes; others see it within seconds.
      await view.go('events');
      await view.go('executions');
      const progress = view.root.locator('nrp-replay-progress');
      await progress.getByText(/Replaying: 1 of \d+/).waitFor();
      assert.equal(await progress.getByRole('progressbar').getAttribute('value'), '1');
      await progress.getByRole('button', { name: 'Stop' }).click();
      await progress.getByRole('progressbar').waitFor({ state: 'detached' });
      const { items } = await red.get<{ items: { status: string; replayed: number }[] }>(
        'provisioning/registries/registry/replays',
      );
      assert.deepEqual([items[0]?.status, items[0]?.replayed], ['cancelled', 1]);
    });

    it('loads older rows as one scrolls, with few rows in the page, and lets one read in peace', async () => {
      for (let at = 0; at < 130; at += 1) await fire(1000 + at, 'clients.update');
      await newest('1129');
      const scroller = view.root.locator('.nrp-scroll');
      await scroller.evaluate((element) => element.scrollTo(0, 40 * 26));
      await eventually('older rows', async () =>
        /Executions: 1\d\d/.test(await textOf(view.root.locator('.nrp-foot'))),
      );
      const top = await scroller.evaluate((element) => element.scrollTop);
      await fire(5, 'clients.update');
      await view.button(/\d+ new/).waitFor();
      assert.equal(await scroller.evaluate((element) => element.scrollTop), top);
      assert.ok((await view.rows.count()) <= 200);
      await view.button(/\d+ new/).click();
      await newest('5');
      assert.equal(await scroller.evaluate((element) => element.scrollTop), 0);
    });
  });
}
