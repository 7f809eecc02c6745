import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
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

    it('show what differs between two attempts, and name what is the same', async () => {
      await opened('Shaped');
      await view.tray.getByText('What differs between two attempts').click();
      const shown = view.tray.locator('.nrp-compare');
      await shown.getByText('Request body').waitFor();
      const text = await textOf(shown);
      assert.match(text, /Before:\s+Fail\s+After:\s+Success/);
      assert.match(text, /Before:\s+503\s+After:\s+200/);
      const told = (name: string) => shown.getByRole('region', { name, exact: true });
      const changes = (name: string, kind: 'del' | 'ins') => told(name).locator(kind).allTextContents();
      assert.deepEqual(await changes('Response Data', 'del'), [
        '−Before:     "sip"',
        '−Before:   "state": "busy"',
      ]);
      assert.match((await changes('Target', 'ins')).join(), /PUT http:\S+\/accounts\/4711/);
      assert.match((await changes('Request body', 'ins')).join(), /name=O%27Neill/);
      assert.match((await changes('Request headers', 'ins')).join(), /x-www-form-urlencoded/);
    });

    it('compare other attempts by keyboard, and find none that differs from itself', async () => {
      const shown = view.tray.locator('.nrp-compare');
      const before = shown.getByLabel('Before', { exact: true });
      await before.focus();
      await view.page.keyboard.press('ArrowDown');
      await shown.getByText(/^The same: Status, Code, Duration, /).waitFor();
      assert.equal(await shown.locator('del, ins').count(), 0);
      assert.equal(await before.locator('option:checked').textContent(), 'Attempt 2');
    });

    it('compare a replay with what it replays', async () => {
      await view.tray.getByRole('button', { name: 'Replay' }).click();
      await view.page.locator('.nrp-ask').getByRole('button', { name: 'Replay' }).click();
      await view.tray.getByRole('button', { name: 'replayed', exact: false }).click();
      await view.tray.getByText('Attempts: 1').waitFor();
      await view.tray.getByText('What differs between two attempts').click();
      const shown = view.tray.locator('.nrp-compare');
      await shown.getByText(/^The same: Status, Code/).waitFor();
      const before = shown.getByLabel('Before', { exact: true });
      assert.match((await before.locator('option:checked').textContent()) ?? '', /^Attempt 2 of ex-/);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      it(`have room from 180 to 1600 px on a page of their own, as the sheet of keys has: ${colorScheme}`, async () => {
        for (const width of [180, 320, 420, 1600]) {
          const page = await browser.newPage({
            viewport: { width, height: 900 },
            colorScheme,
            locale: 'de',
          });
          page.setDefaultTimeout(10_000);
          await page.goto(`${red.url}/provisioning#provisioning/executions`);
          await page.locator('.nrp-table tbody tr').filter({ hasText: 'Shaped' }).last().click();
          const details = page.locator('.nrp-tray');
          await details.getByText('Was zwei Versuche unterscheidet').click();
          await details.getByText('Inhalt der Anfrage').first().waitFor();
          const beyond = await details.evaluate((tray) =>
            [
              tray,
              ...tray.querySelectorAll<HTMLElement>(
                'section, details, summary, dl, pre, .nrp-form, .nrp-text',
              ),
            ]
              .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
              .map((element) => element.className || element.tagName),
          );
          assert.deepEqual(beyond, [], `nothing sticks out at ${width}`);
          assert.deepEqual(await axeFindings(page, '.nrp-tray'), [], `the details at ${width}`);
          await page.keyboard.press('Escape');
          await details.waitFor({ state: 'detached' });
          // The row has the focus again a moment after the details have gone.
          await page.locator('nrp-tab :focus').waitFor();
          await page.keyboard.press('?');
          const keys = page.locator('dialog.nrp-keys');
          await keys.waitFor();
          assert.deepEqual(
            await axeFindings(page, 'body'),
            [],
            `the page with the sheet of keys at ${width}`,
          );
          const sheet = await keys.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
          assert.ok(sheet <= 1, `the sheet of keys at ${width}`);
          await page.keyboard.press('Escape');
          await keys.waitFor({ state: 'detached' });
          await page.close();
        }
      });
    }

    it('fit into the tray where the window leaves it little room', async () => {
      const narrow = await Tab.open(browser, red, { viewport: { width: 760, height: 900 } });
      await narrow.go('executions');
      await narrow.row('Shaped').first().click();
      await narrow.tray.getByText('What was sent').waitFor();
      const [needed = 0, has = 0, seen = 0] = await narrow.tray.evaluate((tray) => [
        tray.scrollWidth,
        tray.clientWidth,
        tray.closest('.red-ui-tray')?.clientWidth ?? 0,
      ]);
      assert.ok(needed <= has && has <= seen, `${needed} px in ${has} px, of which ${seen} px are seen`);
      await narrow.close();
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
