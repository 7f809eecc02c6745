import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, eventNode, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { Tab } from '../support/tab.ts';

for (const { name, nodeRed: installation } of editors) {
  describe(`the search of the log in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const rows = (count: number) =>
      eventually(`${count} rows`, async () => (await view.rows.count()) === count);
    const chips = () => view.root.getByRole('list', { name: 'What is searched for' });
    const chip = (condition: string) => chips().getByRole('button', { name: `Remove ${condition}` });
    const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) => {
        response.writeHead(Number(received.path?.slice(1)) || 200).end('an answer');
      });
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        ...[200, 404, 503].map((code, priority) =>
          httpHandler(`${receiver.url}/${code}`, {
            id: `gives${code}`,
            name: `Gives ${code}`,
            priority,
            events: ['clients.*'],
            retryDelays: [],
          }),
        ),
        eventNode(),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      for (const id of [1, 2]) {
        await red.admin('provisioning/registries/registry/events', postJson(envelope(id, 'clients.create')));
      }
      browser = await launchBrowser();
      view = await Tab.open(browser, red, { viewport: { width: 1900, height: 1000 } });
      await view.setWidth(900);
      await view.go('executions');
      await rows(6);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('is in sight: each condition is a chip that a click takes away', async () => {
      await view.button('Advanced search').click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('failed');
      await view.root.getByLabel('Object ID', { exact: true }).fill('1');
      await view.button('Advanced search').click();
      await rows(2);
      await chip('Status: Fail').waitFor();
      await chip('Object ID: 1').click();
      await rows(4);
      await chip('Status: Fail').click();
      await rows(6);
      await chips().waitFor({ state: 'detached' });
    });

    it('is taken away by keyboard, and the focus goes to what is left of it', async () => {
      await view.button('Advanced search').click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('failed');
      await view.root.getByLabel('Object ID', { exact: true }).fill('1');
      await view.root.getByLabel('Event', { exact: true }).fill('clients.create');
      await view.button('Advanced search').click();
      await chip('Event: clients.create').press('Delete');
      await eventually('the next chip', async () => (await focused()) === 'Remove Status: Fail');
      await chip('Object ID: 1').press('Enter');
      await eventually('the one before', async () => (await focused()) === 'Remove Status: Fail');
      await view.page.keyboard.press('Backspace');
      await eventually('the box', async () => (await focused())?.startsWith('Search request') ?? false);
      await rows(6);
    });

    it('is taken away as a whole', async () => {
      await view.button('Advanced search').click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('failed');
      await view.root.getByLabel('Object ID', { exact: true }).fill('1');
      await view.button('Advanced search').click();
      await rows(2);
      for (const width of [180, 320, 900]) {
        await view.setWidth(width);
        assert.deepEqual(await axeFindings(view.page, '.nrp'), [], `at ${width}`);
      }
      await chips().getByRole('button', { name: 'Clear all' }).click();
      await rows(6);
    });

    it('finds by code, by a class of codes and by duration', async () => {
      await view.button('Advanced search').click();
      const code = view.root.getByLabel('Code', { exact: true });
      await code.fill('404');
      await rows(2);
      await code.fill('2xx, 503');
      await rows(4);
      await chip('Code: 2xx, 503').waitFor();
      await code.fill('none');
      await view.root.getByText('Nothing matches the search').waitFor();
      await chip('Code: none').click();
      await view.root.getByLabel('Duration from (ms)').fill('100000');
      await view.root.getByText('Nothing matches the search').waitFor();
      await chip('Duration from (ms): 100000').click();
      await view.root.getByLabel('Duration to (ms)').fill('100000');
      await rows(6);
      await chip('Duration to (ms): 100000').click();
      await view.button('Advanced search').click();
    });

    it('is saved under a name, used again and deleted, by keyboard', async () => {
      const { keyboard } = view.page;
      const menu = view.page.locator('.red-ui-menu:visible');
      const openMenu = async () => {
        await view.button('Saved searches').focus();
        await keyboard.press('Enter');
        await menu.waitFor();
      };
      await view.root.getByRole('textbox', { name: /^Search request/ }).fill('answer');
      await chip('Search request, response, error: answer').waitFor();
      await openMenu();
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      const name = view.page.locator('.nrp-ask input');
      await name.fill('All that <b>answered</b>');
      await name.press('Enter');
      await view.button('Clear the search').click();
      await view.page.reload();
      await view.editor.ready();
      await view.show();
      await view.setWidth(900);
      await rows(6);

      await openMenu();
      await menu.getByText('All that <b>answered</b>', { exact: true }).waitFor();
      for (const part of ['.nrp', '.red-ui-menu'])
        assert.deepEqual(await axeFindings(view.page, part), [], part);
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      await chip('Search request, response, error: answer').waitFor();
      await openMenu();
      await menu.getByText('Delete “All that <b>answered</b>”').waitFor();
      for (let entry = 0; entry < 3; entry += 1) await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      await view.button('Clear the search').click();
      await openMenu();
      await menu.getByText('Nothing saved yet').waitFor();
      await keyboard.press('Escape');
    });

    describe('as a link', () => {
      const copied = async (press: () => Promise<void>) => {
        await view.page.evaluate(() => {
          delete document.body.dataset['copied'];
          document.addEventListener('copy', () => {
            document.body.dataset['copied'] = (document.activeElement as HTMLTextAreaElement).value;
          });
        });
        await press();
        return eventually('a link', () => view.page.evaluate(() => document.body.dataset['copied'] ?? ''));
      };
      const opened = async (link: string) => {
        const other = await Tab.open(browser, red, { at: link });
        assert.deepEqual(other.editor.problems.splice(0), []);
        return other;
      };
      let link: string;

      it('opens the editor at the search and at the row, and leaves its address to the editor', async () => {
        await view.button('Advanced search').click();
        await view.root.getByLabel('Code', { exact: true }).fill('5xx');
        await view.button('Advanced search').click();
        await rows(2);
        await view.rows.first().click();
        link = await copied(() => view.tray.getByRole('button', { name: 'Copy link' }).click());
        await view.page.keyboard.press('Escape');
        await view.tray.waitFor({ state: 'detached' });
        assert.doesNotMatch(link, /#flow/);

        const other = await opened(link);
        await other.tray.getByText('What was sent').waitFor();
        await other.root.getByRole('button', { name: 'Remove Code: 5xx' }).waitFor();
        await eventually('both rows', async () => (await other.rows.count()) === 2);
        assert.match(other.page.url(), /#flow\/tab$/);
        await other.close();
      });

      it('is followed in an editor that lies open, too', async () => {
        await chips().getByRole('button', { name: 'Copy link' }).waitFor();
        const search = await copied(() => chips().getByRole('button', { name: 'Copy link' }).click());
        await chip('Code: 5xx').click();
        await rows(6);
        const before = view.page.url();
        await view.page.evaluate((hash) => {
          location.hash = hash;
        }, new URL(search).hash);
        await chip('Code: 5xx').waitFor();
        await rows(2);
        assert.equal(view.page.url(), before);
        await chip('Code: 5xx').click();
      });

      it('says so where its row is there no more', async () => {
        const gone = link.replace(/ex-[^&]*$/, 'ex-aaaaaa-1');
        assert.notEqual(gone, link);
        const other = await Tab.open(browser, red, { at: gone });
        await other.tray.getByText('No longer in the log').waitFor();
        await other.tray.getByText('ex-aaaaaa-1').waitFor();
        await other.close();
      });
    });

    it('is remembered in this browser alone', async () => {
      await view.button('Advanced search').click();
      await view.root.getByLabel('Status', { exact: true }).selectOption('failed');
      await rows(4);
      await view.page.reload();
      await view.editor.ready();
      await view.show();
      await chip('Status: Fail').waitFor();
      const other = await Tab.open(browser, red);
      await other.go('executions');
      await eventually('all rows', async () => (await other.rows.count()) === 6);
      await other.close();
      await chip('Status: Fail').click();
      await view.setWidth(900);
      await rows(6);
    });
  });
}
