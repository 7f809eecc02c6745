import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
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
  describe(`the histogram above the log in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;
    const asked: string[] = [];

    const fire = (objectId: number) =>
      red.admin('provisioning/registries/registry/events', postJson(envelope(objectId)));
    const plot = () => view.root.getByRole('slider', { name: /^Executions over time/ });
    const words = () => plot().getAttribute('aria-valuetext');
    const chips = () =>
      view.root
        .locator('.nrp-chip[data-field]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-field')));
    const bars = async () => Number(await plot().getAttribute('aria-valuemax'));

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) =>
        response.writeHead(received.path === '/bad' ? 500 : 200).end('{}'),
      );
      const flows = [
        tab,
        registry(),
        httpHandler(`${receiver.url}/crm`, { id: 'crm', name: 'CRM' }),
        httpHandler(`${receiver.url}/bad`, { id: 'bad', name: 'Bad', retryDelays: [] }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      for (const objectId of [1, 2, 3]) await fire(objectId);
      await eventually('all were called', () => receiver.received.length === 6);
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1200 } });
      view.page.on('request', (request) => {
        if (request.url().includes('/histogram')) asked.push(request.url());
      });
      await view.setWidth(900);
      await view.setHeight(800);
      await view.go('executions');
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('counts what the search finds by outcome, and is accessible at any width', async () => {
      const head = view.root.locator('.nrp-histogram-head');
      await head.getByText('Success: 3').waitFor();
      await head.getByText('Fail: 3').waitFor();
      for (const width of [180, 320, 640, 900]) {
        await view.setWidth(width);
        assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `at ${width}`);
      }
      await view.root.getByRole('button', { name: 'Advanced search' }).click();
      await view.root.getByLabel('Handler', { exact: true }).selectOption({ label: 'CRM' });
      await head.getByText('Fail: 0').waitFor();
      await view.button('Clear the search').first().click();
      await view.root.getByRole('button', { name: 'Advanced search' }).click();
      await head.getByText('Fail: 3').waitFor();
    });

    it('labels moments whole, or not at all where the end would cut them off', async () => {
      const labels = view.root.locator('.nrp-histogram-axis > span');
      const shown = (left: string) =>
        labels.first().evaluate((label, to) => {
          const before = label.style.left;
          label.style.left = to;
          const text = document.createRange();
          text.selectNodeContents(label);
          const [word, axis] = [text, label.parentElement as Element].map((one) =>
            one.getBoundingClientRect(),
          );
          label.style.left = before;
          if (!word || !axis || word.top >= axis.bottom) return 'the line';
          return word.right <= axis.right && word.bottom <= axis.bottom ? 'all' : 'a part';
        }, left);
      assert.deepEqual(
        [await shown('0%'), await shown('50%'), await shown('98%')],
        ['all', 'all', 'the line'],
      );
    });

    it('narrows the range by dragging over bars, and goes back to the one before', async () => {
      const place = await plot().boundingBox();
      assert.ok(place);
      const y = place.y + 20;
      const before = await words();
      await view.page.mouse.move(place.x + place.width * 0.5, y);
      await view.page.mouse.down();
      await view.page.mouse.move(place.x + place.width - 2, y, { steps: 4 });
      await view.page.mouse.up();
      await eventually('the range is asked for', async () => `${await chips()}` === 'from,to');
      await eventually('its bars are shown', async () => (await words()) !== before);
      assert.equal(await view.rows.count(), 6);
      const last = await plot().boundingBox();
      assert.ok(last);
      await view.page.mouse.click(last.x + 3, last.y + 20);
      await view.root.getByText('Nothing matches the search').waitFor();
      await view.button('Range before').click();
      await view.rows.nth(5).waitFor();
      assert.equal(`${await chips()}`, 'from,to');
      await view.button('Range before').click();
      await eventually('no range is asked for', async () => `${await chips()}` === '');
    });

    it('is worked by keyboard, and tells what each bar stands for', async () => {
      await eventually('all is shown', async () => (await bars()) === 60);
      await plot().focus();
      await view.page.keyboard.press('End');
      await view.page.keyboard.press('ArrowLeft');
      assert.equal(await plot().getAttribute('aria-valuenow'), '59');
      await view.page.keyboard.press('Home');
      await eventually('nothing was then', async () => /nothing$/.test((await words()) ?? ''));
      await view.page.keyboard.press('Shift+End');
      await eventually('all bars are chosen', async () => /Success: 3, Fail: 3$/.test((await words()) ?? ''));
      await view.page.keyboard.press('Escape');
      await view.page.keyboard.press('Enter');
      assert.equal(`${await chips()}`, '');
      await view.page.keyboard.press('Home');
      await view.page.keyboard.press('Shift+End');
      await view.page.keyboard.press('Enter');
      await eventually('the range is asked for', async () => `${await chips()}` === 'from,to');
      assert.equal(await view.rows.count(), 6);
      await view.button('Range before').press('Enter');
      await eventually('no range is asked for', async () => `${await chips()}` === '');
      assert.equal(await plot().evaluate((element) => element === document.activeElement), true);
    });

    it('asks for nothing while it is folded, or while the list is paused, and stays folded', async () => {
      await view.answered();
      await view.button('Pause').click();
      await view.page.mouse.move(0, 0);
      asked.length = 0;
      await fire(4);
      await view.button(/^\d+ new/).waitFor();
      assert.deepEqual(asked, []);
      await view.button('Go on').click();
      await view.root.locator('.nrp-histogram-head').getByText('Success: 4').waitFor();
      await view.root.getByText('Over time').click();
      await plot().waitFor({ state: 'detached' });
      await view.go('overview');
      await view.go('executions');
      await view.rows.first().waitFor();
      asked.length = 0;
      await fire(5);
      await view.rows.nth(9).waitFor();
      assert.deepEqual(asked, []);
      assert.equal(await plot().count(), 0);
    });
  });
}
