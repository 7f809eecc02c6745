import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
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
import { Tab, type ViewName } from '../support/tab.ts';

const views: readonly ViewName[] = ['handlers', 'executions', 'events', 'overview'];
const widths = { light: [180, 320, 640, 1200], dark: [180, 1200] };

for (const { name, nodeRed: installation } of editors) {
  describe(`the look of the tab in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) =>
        response.writeHead(received.path === '/bad' ? 500 : 200).end('{"ok":true}'),
      );
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        registry({ id: 'second', name: 'A registry with a rather long name' }),
        httpHandler(`${receiver.url}/crm`, { id: 'crm', name: 'CRM', priority: 1, events: ['clients.*'] }),
        httpHandler(`${receiver.url}/bad`, {
          id: 'bad',
          name: 'A handler with a rather long name indeed',
          priority: 1_000_000,
          events: ['clients.create', 'clients.update', 'clients.subscriptions.assign'],
          retryDelays: [600],
        }),
        httpHandler(`${receiver.url}/shop`, {
          id: 'shop',
          name: 'Shop',
          registry: 'second',
          handlerStatus: 'disabled',
        }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      const types = [
        'clients.create',
        'clients.update',
        'clients.subscriptions.assign',
        'importd.process_failed',
      ];
      for (const [at, type] of types.entries()) {
        await red.admin('provisioning/registries/registry/events', postJson(envelope(at + 1, type)));
      }
      const off = { ...postJson({ status: 'disabled', reason: 'Maintenance' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/crm', off);
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });

    for (const theme of ['light', 'dark'] as const) {
      it(`is accessible at its widths, in every view and dialog: ${theme}`, async () => {
        const view = await Tab.open(browser, red, { theme, viewport: { width: 1700, height: 900 } });
        const check = async (place: string, selector = '.nrp') =>
          assert.deepEqual(await axeFindings(view.page, selector), [], place);
        for (const width of widths[theme]) {
          await view.setWidth(width);
          for (const shown of views) {
            await view.go(shown);
            await (shown === 'overview' ? view.root.locator('canvas').first() : view.rows.first()).waitFor();
            const wide = await view.root.evaluate((root) => {
              const scrollers = [
                root,
                ...root.querySelectorAll<HTMLElement>('.nrp-scroll, .nrp-head, .nrp-bar, td'),
              ];
              const beyond = scrollers.filter((element) => {
                const style = getComputedStyle(element);
                return (
                  element.scrollWidth > element.clientWidth + 1 && !/hidden|auto|scroll/.test(style.overflowX)
                );
              });
              return beyond.map((element) => element.className);
            });
            assert.deepEqual(wide, [], `nothing sticks out: ${shown} at ${width}`);
            await check(`${shown} at ${width}`);
          }
        }
        await view.setWidth(340);
        await view.go('executions');
        await view.button('Advanced search').click();
        await check('the advanced search');
        await view.row('Parked: retry').first().click();
        await view.tray.getByText('What was sent').waitFor();
        await check('the details');
        await view.tray.getByRole('button', { name: 'Its event' }).click();
        await view.tray.getByText('Executions in chain order').waitFor();
        await check('the event');
        await view.page.keyboard.press('Escape');
        await view.tray.waitFor({ state: 'detached' });
        await view.button('Fire a test event').click();
        await view.tray.getByText('past the canvas').waitFor();
        await check('the test event');
        await view.page.keyboard.press('Escape');
        await view.tray.waitFor({ state: 'detached' });
        await view.go('handlers');
        await view.button('Who is called').click();
        await view.root.locator('.nrp-matrix').waitFor();
        await check('who is called');
        await view.setWidth(1200);
        await check('who is called, wide');
        await view.button('Who is called').click();
        await view.button('Say why').click();
        await view.page.locator('.nrp-ask').waitFor();
        await check('a question', '.nrp-ask');
        await view.page.keyboard.press('Escape');
        assert.deepEqual(view.editor.problems, []);
        await view.close();
      });
    }

    it('shows the keys in a sheet that is as high as they are', async () => {
      const view = await Tab.open(browser, red);
      await view.go('executions');
      await view.rows.first().locator('[data-row]').focus();
      await view.page.keyboard.press('?');
      const sheet = view.page.locator('dialog.nrp-keys');
      const below = await sheet.evaluate((sheet) => {
        const last = sheet.querySelector('.nrp-ask-buttons') as Element;
        return sheet.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom;
      });
      assert.ok(below < 30, `${below} px stand empty`);
      await view.close();
    });

    it('has nothing of its own outside its elements', async () => {
      const view = await Tab.open(browser, red);
      const selectors = await view.page.evaluate(() => {
        const { sheet } = document.getElementById('nrp-style') as HTMLStyleElement;
        return [...(sheet?.cssRules ?? [])].map((rule) => (rule as CSSStyleRule).selectorText);
      });
      assert.ok(selectors.length > 0);
      assert.ok(
        selectors.every((selector) => selector === '.nrp'),
        selectors.join(),
      );
      await view.close();
    });

    it('speaks German to Germans', async () => {
      const view = await Tab.open(browser, red, { language: 'de' });
      await view.root.locator('.nrp-nav').getByRole('button', { name: 'Handler' }).click();
      await view.root.getByRole('button', { name: 'Neuer Handler' }).waitFor();
      await view.root.getByText('Inaktiv').first().waitFor();
      assert.doesNotMatch(await view.root.evaluate((root) => root.textContent), /provisioning-tab\./);
      await view.close();
    });
  });
}
