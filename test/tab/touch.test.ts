import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { Finger, pointOf } from '../support/finger.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, eventNode, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { Tab, textOf } from '../support/tab.ts';

const longTarget = 'provisioning/of/subscribers/whose/path/is/longer/than/a/phone/is/wide';
const phone = { width: 390, height: 844 };
const tablet = { width: 820, height: 1180 };
/** Ms; longer than a list waits for a finger to come back. */
const gone = 11_000;

for (const { name, nodeRed: installation } of editors) {
  describe(`the tab under a finger, with ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;

    const fire = (objectId: number) =>
      red.admin('provisioning/registries/registry/events', postJson(envelope(objectId, 'clients.create')));
    /** What can be pressed and is smaller than WCAG 2.5.8 asks for; a row is pressed as a whole. */
    const small = (page: Page) =>
      page.evaluate(() =>
        [...document.querySelectorAll('.nrp :is(button, a, input, select, summary), dialog button')]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }))
          .filter((element) => !element.closest('.nrp-hidden'))
          .map((element) => ({
            element,
            target: element.closest('.nrp-log tbody tr, label, th, td.nrp-c-choice'),
          }))
          .map(({ element, target }) => ({ element, box: (target ?? element).getBoundingClientRect() }))
          .filter(({ box }) => box.width < 24 || box.height < 24)
          .map(({ element, box }) => `${element.outerHTML.slice(0, 90)}: ${box.width} × ${box.height}`),
      );
    /** Fields that a phone would enlarge the page for. */
    const enlarged = (page: Page) =>
      page.evaluate(() =>
        [
          ...document.querySelectorAll(
            '.nrp :is(input:not([type="checkbox"], [type="radio"]), select, textarea)',
          ),
        ]
          .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 16)
          .map((element) => element.outerHTML.slice(0, 90)),
      );
    const fits = async (page: Page, place: string) => {
      assert.deepEqual(await axeFindings(page, 'body'), [], place);
      assert.deepEqual(await small(page), [], place);
      assert.deepEqual(await enlarged(page), [], place);
      const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.equal(wide, window, place);
    };

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) =>
        response.writeHead(received.path === '/bad' ? 500 : 200).end('an answer'),
      );
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        httpHandler(`${receiver.url}/${longTarget}`, { id: 'crm', name: 'CRM', priority: 1 }),
        httpHandler(`${receiver.url}/bad`, { id: 'bad', name: 'Bad', priority: 2, retryDelays: [] }),
        eventNode(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      for (let objectId = 1; objectId <= 10; objectId++) await fire(objectId);
      await eventually('all were called', () => receiver.received.length === 20);
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });

    describe('as a page of its own', () => {
      let context: BrowserContext;
      let page: Page;
      let problems: string[];

      const rows = () => page.locator('.nrp-table tbody tr');
      const go = (view: string) => page.locator('.nrp-nav').getByRole('button', { name: view }).tap();
      const button = (label: string | RegExp) => page.getByRole('button', { name: label });
      const chips = () => page.locator('.nrp-chip[data-field]');
      const hint = () => page.getByRole('tooltip');
      const tray = () => page.locator('.nrp-tray');
      const waiting = () => page.getByRole('button', { name: '2 new' });
      const close = async () => {
        await button('Close').tap();
        await tray().waitFor({ state: 'detached' });
      };
      const open = async (viewport = phone, options: object = {}) => {
        context = await browser.newContext({
          viewport,
          hasTouch: true,
          isMobile: true,
          locale: 'en-US',
          ...options,
        });
        page = await context.newPage();
        page.setDefaultTimeout(10_000);
        problems = [];
        page.on('pageerror', (error) => problems.push(String(error)));
        await page.clock.install({ time: new Date() });
        await page.goto(`${red.url}/provisioning`);
        await page.locator('.nrp-nav').waitFor();
      };
      afterEach(async () => {
        assert.deepEqual(problems, []);
        await context.close();
      });

      for (const viewport of [phone, tablet, { width: 320, height: 640 }])
        it(`has room for a finger in every view and sheet, ${viewport.width} px wide`, async () => {
          await open(viewport, viewport === tablet ? { colorScheme: 'dark' } : {});
          for (const view of ['Handlers', 'Events', 'Overview', 'Log']) {
            await go(view);
            await (view === 'Overview' ? page.locator('canvas') : rows()).first().waitFor();
            await fits(page, view);
          }
          await rows().first().locator('.nrp-c-choice').tap();
          await button('Advanced search').tap();
          await fits(page, 'the search, and a row that is chosen');
          await page.locator('.nrp-bar').getByRole('button', { name: 'Replay…' }).tap();
          await tray().getByText('Which are to run again').waitFor();
          await fits(page, 'the replay');
          await close();
          await rows().nth(1).tap();
          await tray().getByText('What was sent').waitFor();
          await fits(page, 'the details');
          await close();
          await button('More').tap();
          await fits(page, 'the menu');
        });

      it('lets the list go on by itself some time after it was touched, and not before', async () => {
        await open();
        await go('Log');
        await rows().nth(10).waitFor();
        await rows().first().tap();
        await tray().getByText('What was sent').waitFor();
        const newest = await textOf(rows().first().locator('.nrp-c-id'));
        await fire(11);
        await close();
        await waiting().waitFor();
        assert.equal(await textOf(rows().first().locator('.nrp-c-id')), newest);
        await page.clock.fastForward(gone);
        await waiting().waitFor({ state: 'detached' });
        assert.notEqual(await textOf(rows().first().locator('.nrp-c-id')), newest);
        await fire(12);
        await eventually('a row of the next event', async () => /12/.test(await textOf(rows().first())));
        const scrolled = await page.locator('.nrp-rows').evaluate((rows) => rows.scrollTop);
        assert.equal(scrolled, 0, 'what is new can be seen');
      });

      it('says what a mouse reads on hover: of a text by a tap, of a button by a long press', async () => {
        await open();
        await go('Handlers');
        const crm = rows().filter({ hasText: 'CRM' });
        await crm.locator('.nrp-c-target').tap();
        await hint().getByText(longTarget).waitFor();
        await page.locator('.nrp-head').tap({ position: { x: 5, y: 5 } });
        assert.equal(await hint().count(), 0);
        const finger = await Finger.on(page);
        await finger.press(await pointOf(button('Advanced search')));
        await page.clock.fastForward(600);
        await hint().getByText('Advanced search').waitFor();
        await finger.lift();
        assert.equal(await button('Advanced search').getAttribute('aria-pressed'), 'false');
        await button('Advanced search').tap();
        assert.equal(await button('Advanced search').getAttribute('aria-pressed'), 'true');
        assert.equal(await hint().count(), 0);
      });

      it('narrows the log by a finger drawn over bars, whose counts stand beneath, and scrolls past them', async () => {
        await open();
        await go('Log');
        const plot = page.getByRole('slider', { name: /^Executions over time/ });
        await plot.locator('rect').first().waitFor({ state: 'attached' });
        const finger = await Finger.on(page);
        const from = await pointOf(plot);
        await finger.draw(from, await pointOf(plot, 0.995));
        await page.locator('.nrp-histogram-axis').getByText('Success: ').waitFor();
        await finger.lift();
        await eventually('the range is asked for', async () => (await chips().count()) === 2);
        await button('Range before').tap();
        await eventually('the range is gone', async () => (await chips().count()) === 0);
        // The browser takes a finger that goes down for one that scrolls.
        await finger.draw(from, { x: from.x, y: from.y + 300 });
        await finger.lift();
        assert.equal(await chips().count(), 0);
        assert.equal(await page.locator('.nrp-histogram-chosen').count(), 0);
      });

      it('switches a handler until a time, replays what was chosen and takes a condition away', async () => {
        await open();
        await go('Handlers');
        await button('Switch CRM, with reason and end').tap();
        await page.getByLabel(/^Held/).tap();
        await page.getByLabel('Ends').selectOption({ index: 1 });
        await button('Switch').last().tap();
        await button(/^CRM: Held/)
          .or(page.getByRole('switch', { name: /CRM.*Held/ }))
          .waitFor();
        await page.getByRole('switch', { name: /CRM/ }).tap();
        await page.getByRole('switch', { name: /CRM.*Enabled/ }).waitFor();

        await go('Log');
        const bad = rows().filter({ hasText: 'Bad' }).filter({ hasText: 'Fail' });
        await bad.first().locator('.nrp-c-choice').tap();
        await bad.nth(1).locator('.nrp-c-choice').tap();
        await page.getByText('2 selected').waitFor();
        await page.locator('.nrp-chosen').getByRole('button', { name: 'Replay…' }).tap();
        await tray().getByRole('button', { name: 'Replay 2' }).tap();
        await tray().getByText('Being replayed: 2').waitFor();
        await close();
        await page.locator('.nrp-chosen').getByRole('button', { name: 'Clear' }).tap();

        await button('Advanced search').tap();
        await page.getByLabel('Handler', { exact: true }).selectOption({ label: 'CRM' });
        await button('Remove Handler: CRM').tap();
        await eventually('no condition', async () => (await chips().count()) === 0);
      });
    });

    it('shows rows, their details and the flags in the editor on a tablet', async () => {
      const view = await Tab.open(browser, red, { viewport: { width: 1180, height: 820 }, touch: true });
      const { page } = view;
      const tapped = (element: Locator) => element.tap();
      await tapped(view.root.locator('.nrp-nav').getByRole('button', { name: 'Log' }));
      await view.rows.first().waitFor();
      assert.deepEqual(await small(page), []);
      assert.deepEqual(await axeFindings(page, '.nrp'), []);
      await tapped(view.rows.first());
      await view.tray.getByText('What was sent').waitFor();
      await tapped(page.getByRole('button', { name: 'Close', exact: true }));
      await view.tray.waitFor({ state: 'detached' });
      await tapped(view.root.locator('.nrp-nav').getByRole('button', { name: 'Handlers' }));
      await tapped(view.row('CRM').locator('.nrp-c-target'));
      const hint = await page.getByRole('tooltip').boundingBox();
      assert.ok(hint && hint.height < 150, 'a hint is as high as its words');
      await tapped(view.button('Switch Bad, with reason and end'));
      await tapped(page.getByLabel(/^Held/));
      await tapped(page.locator('.nrp-ask').getByRole('button', { name: 'Switch' }));
      await page.getByRole('switch', { name: /Bad.*Held/ }).waitFor();
      await tapped(view.button('More'));
      await page.getByText('Doctor…').waitFor();
      assert.deepEqual(view.editor.problems, []);
      await view.close();
    });
  });
}
