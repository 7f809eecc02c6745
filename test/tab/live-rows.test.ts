import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator } from 'playwright-core';
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

/** More than the feed keeps. */
const burst = 600;

for (const { name, nodeRed: installation } of editors) {
  describe(`the rows of the log while things happen in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;
    let sent = 0;

    /** Events of objects of their own. */
    const fire = async (count: number) => {
      const events = Array.from({ length: count }, (_, at) => envelope(sent + at + 1));
      sent += count;
      assert.equal((await red.node('in', postJson(events))).status, 202);
    };
    const settled = () =>
      eventually('every handler was called', () => receiver.received.length === sent, 20_000);
    const ids = (rows: Locator = view.rows) =>
      rows.locator('[data-row]').evaluateAll((all) => all.map((one) => one.getAttribute('data-row')));
    const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? null);
    /** Object and response of the rows that can be seen, of which none may say that it still runs. */
    const seen = () =>
      view.root.evaluate((root) => {
        const place = (root.querySelector('.nrp-scroll') as Element).getBoundingClientRect();
        return [...root.querySelectorAll('.nrp-table tbody tr')]
          .filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > place.top && top < place.bottom;
          })
          .map((row) =>
            ['object', 'response'].map((name) => row.querySelector(`.nrp-c-${name}`)?.textContent),
          );
      });
    const allWhole = (where: string) =>
      eventually(
        `every row on the screen is whole: ${where}`,
        async () => {
          const rows = await seen();
          return rows.length > 10 && rows.every(([object, response]) => response === `{"for":"${object}"}`);
        },
        3000,
      );
    const scrollTo = (share: number) =>
      view.root.locator('.nrp-scroll').evaluate((scroller, share) => {
        scroller.scrollTop = share * scroller.scrollHeight;
      }, share);
    /** The list is up to date again; what of a burst began last is for the engine to say. */
    const newest = () =>
      eventually('the newest row', async () => {
        const { items } = await red.get<{ items: { id: string }[] }>(
          'provisioning/registries/registry/executions?limit=1',
        );
        return items[0]?.id === (await ids())[0];
      });
    const leave = () => view.page.mouse.move(5, 5);

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) => {
        const { event } = JSON.parse(received.body) as { event: { object_id: number } };
        response.end(JSON.stringify({ for: String(event.object_id) }));
      });
      const flows = [
        tab,
        registry({ name: 'Billing', ordering: 'none' }),
        httpHandler(receiver.url, { id: 'crm', name: 'CRM', concurrency: 64 }),
        eventNode({ intake: true, path: '/in' }),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1700, height: 900 } });
      await view.setWidth(1000);
      await view.go('executions');
      await leave();
      await fire(1);
      await view.row('{"for":"1"}').waitFor();
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    for (const [told, parts] of [
      ['a burst of a second and a half', 12],
      ['one that the feed could not tell', 1],
    ] as const) {
      it(`are whole wherever one looks, also after ${told}`, async () => {
        for (let part = 0; part < parts; part += 1) {
          await fire(burst / parts);
          // So the burst goes; nothing is awaited.
          await sleep(1500 / parts);
        }
        await settled();
        for (const share of [0, 0.3, 0.6, 0.9]) {
          await scrollTo(share);
          await allWhole(`after ${share} of what is loaded`);
        }
        await scrollTo(0);
        await newest();
      });
    }

    it('are whole though they change in a burst while one reads further down', async () => {
      await scrollTo(0.5);
      await allWhole('before the burst');
      const before = await seen();
      await fire(burst);
      await settled();
      await view.button(/^[\d,]+\+? new/).waitFor();
      assert.deepEqual(await seen(), before);
      await allWhole('scrolled');
      await scrollTo(0);
      await newest();
    });

    it('are whole while the list is paused in the midst of a burst, and stay what they were', async () => {
      await fire(burst / 2);
      await view.button('Pause').click();
      await fire(burst / 2);
      await settled();
      await allWhole('paused');
      const before = await seen();
      await fire(10);
      await settled();
      await view.button(/new/).waitFor();
      assert.deepEqual(await seen(), before);
      await view.button('Go on').click();
      await leave();
      await newest();
    });

    it('stay under the pointer while others come, and a click opens the one that was there', async () => {
      const row = view.rows.nth(3);
      const id = (await ids())[3];
      const place = await row.boundingBox();
      await row.hover();
      await fire(3);
      await view.button('3 new').waitFor();
      assert.equal((await ids())[3], id);
      assert.deepEqual(await row.boundingBox(), place);
      await view.announced('status').getByText('3 new').waitFor({ state: 'attached' });
      await view.page.mouse.down();
      await fire(2);
      await view.button('5 new').waitFor();
      await view.page.mouse.up();
      await view.tray.getByText(String(id)).waitFor();
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
    });

    it('come in when the button is pressed, and the focus stays with its row', async () => {
      await eventually('the focus is back', async () => (await focused()) !== null);
      const id = await focused();
      const newest = (await ids())[0];
      await view.button('5 new').click();
      await eventually('they are in', async () => (await ids()).indexOf(newest ?? '') === 5);
      assert.equal(await focused(), id);
      assert.equal(await view.button(/new$/).count(), 0);
    });

    it('come in by keyboard, too, and the newest takes the focus', async () => {
      await leave();
      await fire(2);
      await view.button('2 new').focus();
      const before = await ids();
      await view.page.keyboard.press('Enter');
      await eventually('the newest has the focus', async () => {
        const [newest] = await ids();
        return newest !== before[0] && (await focused()) === newest;
      });
    });

    it('come in of themselves once pointer and focus have left', async () => {
      await fire(2);
      await view.button('2 new').waitFor();
      await view.button('Pause').focus();
      await view.row(`{"for":"${sent}"}`).waitFor();
      await fire(1);
      await view.row(`{"for":"${sent}"}`).waitFor();
    });
  });
}
