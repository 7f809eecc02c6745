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
import { Tab, textOf } from '../support/tab.ts';

const handlers = 12;
/** px; what one half of a split sidebar has. */
const half = 280;
const path = '/provisioning/v3/subscribers';
const longHost = `softswitch.${'voice.'.repeat(8)}example-telecom.com`;
const answer = JSON.stringify({
  profile: 'business-trunk',
  codecs: Array.from({ length: 40 }, () => 'opus'),
});

for (const { name, nodeRed: installation } of editors) {
  describe(`the room of the tab in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const wholeHeight = () => view.button('Whole height of the sidebar');

    /** Rows that can be seen wholly. */
    const seen = () =>
      view.root.evaluate((root) => {
        const { bottom } = (root.querySelector('.nrp-scroll') as Element).getBoundingClientRect();
        const rows = [...root.querySelectorAll('.nrp-table tbody tr')];
        return rows.filter((row) => row.getBoundingClientRect().bottom <= bottom).length;
      });
    const heights = () =>
      view.rows.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).offsetHeight));
    const show = async (shown: 'handlers' | 'executions', width: number, height: number | 'auto') => {
      await view.setWidth(width);
      await view.setHeight(height);
      await view.go(shown);
      await view.rows.nth(handlers - 1).waitFor();
    };

    before(async () => {
      receiver = await misbehavingServer(({ response }) => response.end(answer));
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        ...Array.from({ length: handlers }, (_, at) =>
          httpHandler(`${receiver.url}/${at}`, {
            id: `handler${at}`,
            name: `Softswitch Frankfurt ${at}`,
            priority: at,
            events: ['clients.create', 'clients.update', 'clients.subscriptions.assign'],
          }),
        ),
        httpHandler(`https://${longHost}${path}`, {
          id: 'far',
          events: ['importd.process_failed'],
          priority: 20,
        }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      await red.admin('provisioning/registries/registry/events', postJson(envelope(4711)));
      await eventually('every handler was called', () => receiver.received.length === handlers);
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1800, height: 900 } });
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    for (const [shown, width, least] of [
      ['handlers', 1200, 8],
      ['handlers', 800, 8],
      ['handlers', 600, 5],
      ['handlers', 440, 5],
      ['handlers', 300, 3],
      ['executions', 1200, 10],
      ['executions', 800, 10],
      ['executions', 600, 6],
      ['executions', 300, 4],
    ] as const) {
      it(`shows ${least} ${shown} at least in half a sidebar ${width} px wide`, async () => {
        await show(shown, width, half);
        await eventually(`${least} rows`, async () => (await seen()) >= least);
      });
    }

    it('is accessible in half a sidebar, with nothing that sticks out and rows below an open search', async () => {
      for (const width of [180, 300, 600, 1200]) {
        await show('executions', width, half);
        await view.button(/Advanced search/).click();
        assert.ok((await seen()) >= 1, `a row at ${width}`);
        assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `at ${width}`);
        const beyond = await view.root.evaluate((root) =>
          [root, ...root.querySelectorAll('.nrp-view > *, .nrp-main > *')]
            .filter(
              (element) => element.getBoundingClientRect().right > root.getBoundingClientRect().right + 1,
            )
            .map((element) => element.className),
        );
        assert.deepEqual(beyond, [], `at ${width}`);
        await view.button(/Advanced search/).click();
      }
    });

    it('shows all of a date and a time that are searched for, at any width', async () => {
      for (const width of [180, 320, 640, 900, 1600]) {
        await show('executions', width, 'auto');
        await view.button(/Advanced search/).click();
        for (const label of ['Date from', 'Date to']) {
          const place = await view.root.getByLabel(label, { exact: true }).boundingBox();
          assert.ok(
            (place?.width ?? 0) >= Math.min(190, width - 24),
            `${label} at ${width}: ${place?.width}`,
          );
        }
        await view.button(/Advanced search/).click();
      }
    });

    it('gives each handler one line where there is width for it, its health too', async () => {
      await show('handlers', 800, 'auto');
      await view.root.getByText('100% success').first().waitFor();
      for (const width of [800, 1000, 1200]) {
        await show('handlers', width, 'auto');
        await eventually(`rows of one line at ${width}`, async () => Math.max(...(await heights())) <= 34);
      }
      assert.equal(await view.root.locator('.nrp-p95').first().isVisible(), true);
    });

    it('gives way by the host of a target, so that its path is read', async () => {
      for (const width of [1200, 640, 340]) {
        await show('handlers', width, 'auto');
        const row = view.row(path);
        const isCut = (part: string) =>
          row.locator(part).evaluate((element) => element.scrollWidth > element.clientWidth);
        assert.equal(await isCut('.nrp-place'), true, `the host is cut at ${width}`);
        if (width === 1200) assert.equal(await isCut('.nrp-telling'), false, 'the path is not');
        const telling = await row.locator('.nrp-telling').boundingBox();
        const place = await row.locator('.nrp-place').boundingBox();
        assert.ok((telling?.width ?? 0) > 80, `the path is seen at ${width}`);
        assert.ok((telling?.x ?? 0) < (place?.x ?? 0));
        assert.equal(
          await row.locator('.nrp-c-target').getAttribute('title'),
          `POST https://${longHost}${path}`,
        );
      }
    });

    it('gives the response what is left by columns as wide as what is in them', async () => {
      await show('executions', 1200, 'auto');
      const widths = await view.root
        .locator('.nrp-executions thead th')
        .evaluateAll((heads) =>
          heads.map((head) => [head.className, (head as HTMLElement).offsetWidth] as const),
        );
      const response = widths.find(([column]) => column === 'nrp-c-response')?.[1] ?? 0;
      const others = widths.filter(([column]) => column !== 'nrp-c-response');
      assert.ok(
        others.every(([, width]) => width < response),
        JSON.stringify(widths),
      );
      const cut = await view.rows
        .first()
        .locator('td:not(.nrp-c-response)')
        .evaluateAll((cells) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.className),
        );
      assert.deepEqual(cut, [], 'nothing else is cut');
    });

    it('tells when it was where there is room for it, else how long ago', async () => {
      const date = () => textOf(view.rows.first().locator('.nrp-c-date'));
      await show('executions', 1200, 'auto');
      assert.match(await date(), /[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d/);
      await show('executions', 800, 'auto');
      assert.match(await date(), /^\d+:\d\d:\d\d/);
      await show('executions', 340, 'auto');
      assert.match(await date(), /ago|now/);
      const title = await view.rows.first().locator('time').getAttribute('title');
      assert.match(title ?? '', /\d{4}, .* \((.* ago|now)\)/);
    });

    if (installation === undefined) {
      it('takes the whole height of the sidebar by one click or key, and gives it back', async () => {
        await view.setHeight('auto');
        const height = async () => (await view.root.boundingBox())?.height ?? 0;
        const debug = view.page.locator('.red-ui-debug-content').first();
        await debug.waitFor();
        const before = await height();
        const pressed = () => wholeHeight().getAttribute('aria-pressed');
        const focused = () => wholeHeight().evaluate((button) => button === document.activeElement);

        assert.equal(await pressed(), 'false');
        await wholeHeight().click();
        await debug.waitFor({ state: 'hidden' });
        await eventually('it is told', async () => (await pressed()) === 'true');
        assert.ok((await height()) > before + 100, 'there is more of it');
        assert.equal(await focused(), true);

        await view.page.keyboard.press('Enter');
        await debug.waitFor();
        await eventually('it is told', async () => (await pressed()) === 'false');
        assert.equal(await height(), before);
        assert.equal(await focused(), true);

        await view.page.keyboard.press('Space');
        await debug.waitFor({ state: 'hidden' });
        // The editor's own way back is known, too.
        await view.page.locator('.red-ui-sidebar-tab-bar [data-tab-id="debug"]').click();
        await debug.waitFor();
        await eventually('it is told', async () => (await pressed()) === 'false');
      });
    } else {
      it('has the whole height of the sidebar, and no button for it', async () => {
        assert.equal(await wholeHeight().count(), 0);
      });
    }
  });
}
