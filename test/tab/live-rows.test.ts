import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
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
    /** What the receiver awaits before it answers. */
    let mayAnswer = Promise.resolve();

    /** Events of objects of their own. */
    const fire = async (count: number) => {
      const events = Array.from({ length: count }, (_, at) => envelope(sent + at + 1));
      sent += count;
      assert.equal((await red.node('in', postJson(events))).status, 202);
    };
    const settled = async () => {
      await eventually('every handler was called', () => receiver.received.length === sent, 20_000);
      await eventually('every call is over', async () => {
        const { items } = await red.get<{ items: unknown[] }>(
          'provisioning/registries/registry/executions?status=running',
        );
        return items.length === 0;
      });
    };
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
    /** What the list shows then is read. */
    const goOn = async () => {
      await view.button('Go on').click();
      await leave();
      await view.answered();
    };

    before(async () => {
      receiver = await misbehavingServer(async ({ response, received }) => {
        await mayAnswer;
        const { event } = JSON.parse(received.body) as { event: { object_id: number } };
        response.end(JSON.stringify({ for: String(event.object_id) }));
      });
      const flows = [
        tab,
        registry({ name: 'Billing', ordering: 'none' }),
        httpHandler(receiver.url, { id: 'crm', name: 'CRM', concurrency: 64, retryDelays: [600] }),
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
      await goOn();
      await newest();
    });

    it('are seen to their end while the list is paused, if they ran when it was', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      mayAnswer = promise;
      await fire(20);
      await eventually('all run', async () => {
        const rows = (await seen()).slice(0, 15);
        return rows.every(([object, response]) => Number(object) > sent - 20 && response === '');
      });
      await view.button('Pause').click();
      resolve();
      await settled();
      await allWhole('paused');
      await goOn();
      await newest();
    });

    it('stay under the pointer while others come, and a click opens the one that was there', async () => {
      // A view that has said nothing yet: words are 10 s apart.
      await view.go('events');
      await view.go('executions');
      const row = view.rows.nth(3);
      await row.waitFor();
      const id = (await ids())[3];
      const place = await row.boundingBox();
      await row.hover();
      await fire(3);
      await view.button('3 new').waitFor();
      assert.equal((await ids())[3], id);
      assert.deepEqual(await row.boundingBox(), place);
      await view
        .announced('status')
        .getByText(/[1-3] new/)
        .waitFor({ state: 'attached' });
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

    it('are worked by keys: on and back, in, paused, searched for, replayed', async () => {
      const { keyboard } = view.page;
      await view.root.locator('[data-row][tabindex="0"]').focus();
      await keyboard.press('Home');
      const order = await ids();
      await keyboard.press('j');
      await eventually('the next row', async () => (await focused()) === order[1]);
      await keyboard.press('j');
      await keyboard.press('k');
      await eventually('the row before', async () => (await focused()) === order[1]);
      await fire(2);
      await view.button('2 new').waitFor();
      await keyboard.press('n');
      await view.button('2 new').waitFor({ state: 'detached' });
      assert.equal((await ids()).indexOf(order[1] ?? ''), 3);
      assert.equal(await focused(), order[1]);
      await keyboard.press('p');
      await view.button('Go on').waitFor();
      await keyboard.press('p');
      await view.button('Pause').waitFor();
      await keyboard.press('r');
      const question = view.page.locator('.nrp-ask');
      await question.getByText('Run this execution again?').waitFor();
      sent += 1;
      await question.getByRole('button', { name: 'Replay' }).click();
      await settled();
      await keyboard.press('/');
      const box = view.root.getByRole('textbox', { name: /^Search request/ });
      assert.equal(await box.evaluate((element) => element === document.activeElement), true);
      await keyboard.type('jkpr?n/');
      assert.equal(await box.inputValue(), 'jkpr?n/');
      assert.equal(await view.page.locator('.nrp-keys').count(), 0);
      await view.button('Clear the search').first().click();
      await view.rows.nth(3).waitFor();
    });

    it('leave to the editor what is its own, and to its canvas all', async () => {
      await view.root.locator('[data-row][tabindex="0"]').focus();
      const { keyboard } = view.page;
      await keyboard.press('Control+p');
      await keyboard.press('Control+Shift+p');
      await view.page.locator('.red-ui-actionList-dialog, #red-ui-actionList').first().waitFor();
      await keyboard.press('Escape');
      await view.page.locator('#red-ui-workspace').click({ position: { x: 400, y: 300 } });
      await keyboard.press('p');
      assert.equal(await view.button('Pause').count(), 1);
    });

    it('have a sheet of their keys, that keeps the focus and is accessible', async () => {
      const { keyboard } = view.page;
      await view.root.locator('[data-row][tabindex="0"]').focus();
      const row = await focused();
      await keyboard.press('?');
      const sheet = view.page.getByRole('dialog', { name: 'Keys' });
      await sheet.getByText('Replay the row').waitFor();
      assert.deepEqual(await axeFindings(view.page, '.nrp-keys'), []);
      for (let at = 0; at < 3; at += 1) {
        await keyboard.press('Tab');
        assert.equal(await view.root.evaluate((root) => root.contains(document.activeElement)), false);
      }
      await keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
      assert.equal(await focused(), row);
      await view.button('More').click();
      await view.choose('Keys (?)');
      await sheet.getByRole('button', { name: 'Close' }).click();
      await sheet.waitFor({ state: 'detached' });
    });

    it('give the focus to the nearest when theirs has left', async () => {
      await view.button(/Advanced search/).click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('parked');
      await view.root.getByText('Nothing matches the search').waitFor();
      receiver.become(({ response }) => response.writeHead(503).end());
      await fire(4);
      await eventually('four rows', async () => (await view.rows.count()) === 4);
      const order = await ids();
      await view.root.locator(`[data-row="${order[1]}"]`).focus();
      const route = `provisioning/registries/registry/executions/${order[1]}/cancel`;
      await red.admin(route, postJson({}));
      await view.row('Cancelled').waitFor();
      assert.equal(await focused(), order[1]);
      await view.page.keyboard.press('n');
      await eventually('three rows', async () => (await view.rows.count()) === 3);
      await eventually('the nearest has the focus', async () => (await focused()) === order[2]);
    });
  });
}
