import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { eventNode, executor, httpHandler, registry, tab } from '../support/provisioning-flow.ts';
import { Tab, textOf } from '../support/tab.ts';

/** More than are reached with one request. */
const reachable = 10;

for (const { name, nodeRed: installation } of editors) {
  describe(`the doctor in the tab, ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const group = (heading: string) => view.tray.locator('section', { hasText: heading });
    const error = (about: string) => group('Errors').locator('li', { hasText: about });
    /** How many errors there are, without a disk that stalls under other tests. */
    const errors = () =>
      group('Errors').locator('li').filter({ hasNotText: 'The disk has not answered' }).count();
    const verdict = () => view.tray.locator('.nrp-verdict');
    const openByMouse = async () => {
      await view.button('More').click();
      await view.choose('Doctor…');
      await view.tray.getByText('Checked at').waitFor();
    };

    before(async () => {
      receiver = await misbehavingServer();
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        ...Array.from({ length: reachable }, (_, at) =>
          httpHandler(`${receiver.url}/hook`, { id: `good${at}`, name: `Good ${at}`, priority: at }),
        ),
        httpHandler('http://127.0.0.1:1/path?key=k3y', { id: 'dead', name: 'Dead', priority: 50 }),
        httpHandler('', {
          id: 'script',
          name: 'Script',
          handlerType: 'local',
          command: 'late.sh',
          priority: 60,
        }),
        eventNode(),
        executor(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      // By then the journal is open, and handlers have their numbers.
      await red.printed(/\] Provisioning: /);
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1600, height: 900 } });
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('shows what is wrong first, with what to do, and what is well folded', async () => {
      await openByMouse();
      assert.match(await textOf(verdict()), /Something wants to be done\./);
      await error('late.sh').waitFor();
      assert.equal(await errors(), 1);
      const said = await textOf(group('Errors'));
      assert.match(said, /Registry Billing · Handler 12 Script · late\.sh\s+The script can not be started/);
      assert.match(said, /put the script there/);
      const well = view.tray.locator('details');
      assert.match(await textOf(well.locator('summary')), /Well \(\d+\)/);
      assert.equal(await well.locator('li').first().isVisible(), false);
      await well.locator('summary').click();
      await well.getByText('In force, with 12 handlers that can be called').waitFor();
      assert.equal(receiver.connections(), 0, 'nobody was reached');
    });

    it('leads to the dialog of whom it is about', async () => {
      await group('Errors').getByRole('button', { name: 'Edit Script' }).click();
      const dialog = await view.editor.dialog('config');
      assert.match(await textOf(view.page.locator('.red-ui-tray').last()), /provisioning-handler|Handler/i);
      await dialog.cancel();
      await view.tray.getByText('Checked at').waitFor();
    });

    it('reaches the targets when it is told to, by parts, and calls nobody', async () => {
      let asked = 0;
      await view.page.route('**/provisioning/doctor', (route) => {
        if (route.request().method() === 'POST') asked += 1;
        return route.continue();
      });
      await view.tray.getByRole('button', { name: 'Reach the targets' }).click();
      await view.tray.getByText(`Targets reached: ${reachable + 1} of ${reachable + 1}`).waitFor();
      assert.equal(asked, 2);
      assert.equal(await errors(), 2);
      assert.match(
        await textOf(error('127.0.0.1:1')),
        /127\.0\.0\.1:1\s+Could not be reached\s+.*refused the connection/,
      );
      assert.doesNotMatch(await textOf(view.tray), /k3y|\/path/);
      await view.tray.getByText('Reached in').first().waitFor();
      assert.equal(receiver.connections(), reachable);
      assert.deepEqual(receiver.received, []);
    });

    it('stops reaching, and says how far it came', async () => {
      let go = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      await view.page.route('**/provisioning/doctor', async (route) => {
        if (route.request().method() === 'POST') await held;
        await route.continue();
      });
      await view.tray.getByRole('button', { name: 'Reach the targets' }).click();
      await view.tray.getByText(`Reaching the targets: 0 of ${reachable + 1}`).waitFor();
      await view.tray.getByRole('button', { name: 'Stop' }).click();
      go();
      await view.tray.getByText(`Targets reached: 8 of ${reachable + 1}`).waitFor();
      await view.page.unroute('**/provisioning/doctor');
    });

    it('puts all of it on the clipboard as text', async () => {
      await view.page.evaluate(() => {
        const { clipboard } = (
          globalThis as never as { RED: { clipboard: { copyText(text: string): boolean } } }
        ).RED;
        clipboard.copyText = (text) => {
          Object.assign(globalThis, { copied: text });
          return true;
        };
      });
      await view.tray.getByRole('button', { name: 'Copy as text' }).click();
      const copied = await view.page.evaluate(() => (globalThis as never as { copied: string }).copied);
      assert.match(copied, /^Doctor \d{4}-\d\d-\d\dT/);
      assert.match(
        copied,
        /^Error \(scripts\.unstartable\): Registry Billing · Handler 12 Script · late\.sh · The script/m,
      );
      assert.match(copied, /^ {4}→ late\.sh was not found/m);
      assert.match(copied, /^Well \(versions\.known\): Package /m);
    });

    it('sees what was mended when it checks again, by keyboard alone', async () => {
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      const folder = join(red.userDir, 'provisioning/scripts');
      mkdirSync(folder, { recursive: true });
      await view.button('More').focus();
      await view.page.keyboard.press('Enter');
      const entry = view.page.locator('.red-ui-menu a', { hasText: 'Doctor…' });
      await entry.waitFor();
      for (let at = 0; at < 20 && !(await entry.evaluate((one) => one.matches(':focus'))); at++)
        await view.page.keyboard.press('ArrowDown');
      await view.page.keyboard.press('Enter');
      await error('late.sh').waitFor();
      writeFileSync(join(folder, 'late.sh'), '#!/bin/sh\n');
      chmodSync(join(folder, 'late.sh'), 0o755);
      const again = view.tray.getByRole('button', { name: 'Check again' });
      await again.focus();
      await view.page.keyboard.press('Enter');
      await error('late.sh').waitFor({ state: 'detached' });
      assert.equal(await errors(), 0);
      assert.equal(await again.evaluate((button) => button === document.activeElement), true);
      await view.page.keyboard.press('Escape');
      await view.tray.waitFor({ state: 'detached' });
      await view.button('More').and(view.page.locator(':focus')).waitFor();
    });

    it('says why it could not look, and looks when it can', async () => {
      const refuse = { status: 503, json: { error: { code: 'unavailable', message: 'not now' } } };
      await view.page.route('**/provisioning/doctor', (route) => route.fulfill(refuse));
      await view.button('More').click();
      await view.choose('Doctor…');
      await view.tray.getByText('not now').waitFor();
      await view.page.unroute('**/provisioning/doctor');
      view.editor.problems.splice(0);
      await view.tray.getByRole('button', { name: 'Check again' }).click();
      await view.tray.getByText('Checked at').waitFor();
      assert.equal(await view.tray.getByText('not now').count(), 0);
      await view.page.keyboard.press('Escape');
    });

    for (const theme of ['light', 'dark'] as const) {
      it(`is accessible, and nothing sticks out, at any width: ${theme}`, async () => {
        const page = await browser.newPage({ colorScheme: theme, locale: 'en-US' });
        await page.goto(`${red.url}/provisioning`);
        await page.getByRole('button', { name: 'More' }).click();
        await page.getByText('Doctor…').click();
        await page.locator('.nrp-findings').first().waitFor();
        await page.getByRole('button', { name: 'Reach the targets' }).click();
        await page.getByText(/^Targets reached/).waitFor();
        await page.locator('.nrp-doctor summary').click();
        for (const width of [320, 640, 1000, 1600]) {
          await page.setViewportSize({ width, height: 800 });
          assert.deepEqual(await axeFindings(page, '.nrp-doctor'), [], `at ${width}`);
          assert.deepEqual(await beyond(page), [], `at ${width}`);
        }
        await page.close();
      });
    }
  });
}

/** What is wider than the place it has. */
function beyond(page: Page): Promise<string[]> {
  return page.locator('.nrp-doctor').evaluate((root) => {
    const { right } = root.getBoundingClientRect();
    const wide = [...root.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > right + 1,
    );
    return wide.map(({ tagName, className }) => `${tagName} ${className}`);
  });
}
