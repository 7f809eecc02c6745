import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { editors } from '../support/editors.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, eventNode, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { signIn, user } from '../support/users.ts';

const admin = user('admin', '*');
const reader = user('reader', 'read');

for (const { name, nodeRed: installation } of editors) {
  describe(`the tab as a page of its own, beside the editor of ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    let problems: string[];
    let token: string;
    /** Whether the runtime has begun to tell the page what changes. */
    let told: boolean;

    const fire = (objectId: number) =>
      red.admin(
        'provisioning/registries/registry/events',
        postJson(envelope(objectId, 'clients.create'), { authorization: `Bearer ${token}` }),
      );
    const rows = () => page.locator('.nrp-table tbody tr');
    const go = (view: string) => page.locator('.nrp-nav').getByRole('button', { name: view }).click();
    /** A page of somebody who has signed in to the editor in the same browser, or of nobody. */
    const open = async (who?: typeof admin | typeof reader, options: object = {}, hash = '') => {
      context = await browser.newContext({
        viewport: { width: 1300, height: 800 },
        locale: 'en-US',
        ...options,
      });
      page = await context.newPage();
      page.setDefaultTimeout(10_000);
      problems = [];
      told = false;
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => {
          told ||= String(payload).includes('provisioning/hello');
        }),
      );
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      const tokens = who && JSON.stringify({ access_token: await signIn(red, who, 'node-red-editor') });
      await page.addInitScript((tokens) => {
        if (tokens) localStorage.setItem('auth-tokens-admin', tokens);
      }, tokens);
      await page.goto(`${red.url}/admin/provisioning${hash}`);
    };

    before(async () => {
      receiver = await misbehavingServer(({ response, received }) =>
        response.writeHead(received.path === '/bad' ? 500 : 200).end('an answer'),
      );
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        httpHandler(`${receiver.url}/crm`, { id: 'crm', name: 'CRM', priority: 1 }),
        httpHandler(`${receiver.url}/bad`, { id: 'bad', name: 'Bad', priority: 2, retryDelays: [] }),
        eventNode(),
      ];
      const settings = {
        httpAdminRoot: '/admin',
        adminAuth: { type: 'credentials', users: [admin, reader] },
      };
      red = await startNodeRed({ flows, settings, ...(installation && { nodeRed: installation }) });
      token = await signIn(red, admin);
      await fire(1);
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    afterEach(() => context.close());

    it('says how to sign in, and goes on once that was done in the editor', async () => {
      await open();
      await page.getByText('Sign in to Node-RED').waitFor();
      assert.equal(await page.getByRole('link', { name: 'Open the editor' }).getAttribute('href'), '/admin/');
      assert.deepEqual(await axeFindings(page, 'body'), []);
      const tokens = JSON.stringify({ access_token: await signIn(red, admin, 'node-red-editor') });
      const editor = await context.newPage();
      await editor.goto(`${red.url}/admin/red/images/node-red.svg`);
      await editor.evaluate((tokens) => localStorage.setItem('auth-tokens-admin', tokens), tokens);
      await page.locator('.nrp-nav').waitFor();
      await editor.close();
    });

    it('shows the log live, with its details, search and links, and no token in an address', async () => {
      const asked: string[] = [];
      await open(admin);
      page.on('request', (request) => asked.push(request.url()));
      page.on('websocket', (socket) => asked.push(socket.url()));
      await go('Log');
      await eventually('two rows', async () => (await rows().count()) === 2);
      await eventually('it is told what changes', () => told);
      const changes = page.waitForRequest(/\/changes\?/);
      await fire(2);
      await changes;
      await eventually('four rows', async () => (await rows().count()) === 4);

      await rows().filter({ hasText: 'Bad' }).first().click();
      const tray = page.locator('.nrp-tray');
      await tray.getByText('What was sent').waitFor();
      assert.deepEqual(await axeFindings(page, 'body'), []);
      await page.keyboard.press('Escape');
      await tray.waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Advanced search' }).click();
      await page.getByLabel('Handler', { exact: true }).selectOption({ label: 'Bad' });
      await eventually('the rows of one handler', async () => (await rows().count()) === 2);
      await page.getByRole('button', { name: 'Remove Handler: Bad' }).click();
      assert.deepEqual(
        asked.filter((url) => /token/i.test(url)),
        [],
      );
      assert.deepEqual(problems, []);
    });

    it('begins where a link leads', async () => {
      await open(admin, {}, '#provisioning/executions?code=5xx');
      await page.getByRole('button', { name: 'Remove Code: 5xx' }).waitFor();
      await eventually('those that failed', async () => (await rows().count()) > 0);
      assert.doesNotMatch((await page.locator('.nrp-table tbody').textContent()) ?? '', /CRM/);
      await go('Overview');
      await page.locator('canvas').first().waitFor();
      assert.deepEqual(problems, []);
    });

    it('shows the handlers, whose flag an operator may press and whose flow nobody edits here', async () => {
      await open(admin, { colorScheme: 'dark' });
      await go('Handlers');
      await rows().filter({ hasText: 'CRM' }).waitFor();
      assert.equal(await page.getByText('deleted', { exact: true }).count(), 0);
      for (const word of ['New Handler', 'Edit CRM', 'Delete CRM'])
        assert.equal(await page.getByRole('button', { name: word }).count(), 0, word);
      assert.equal(await page.evaluate(() => document.documentElement.className), 'nr-theme-dark');
      assert.deepEqual(await axeFindings(page, 'body'), []);
      await page.getByRole('button', { name: 'More' }).click();
      const menu = page.locator('dialog[open]');
      await menu.getByRole('button', { name: 'Copy a link to what is shown' }).waitFor();
      assert.equal(await menu.getByRole('button', { name: /flow JSON|examples|window/ }).count(), 0);
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
      assert.deepEqual(problems, []);
    });

    it('lets whoever may only read look, and change nothing', async () => {
      await open(reader);
      await page.getByText('the permission provisioning.write is missing').waitFor();
      await page.getByRole('button', { name: 'Fire a test event' }).click({ force: true });
      await page
        .getByRole('tooltip')
        .getByText(/^Fire a test event: ./)
        .waitFor();
      await go('Log');
      await rows().first().click();
      await page.locator('.nrp-tray').getByText('What was sent').waitFor();
      assert.equal(
        await page
          .locator('.nrp-tray')
          .getByRole('button', { name: /Replay|Cancel the/ })
          .count(),
        0,
      );
      assert.deepEqual(problems, []);
    });

    it('loads nothing from elsewhere, and runs no script that stands in it', async () => {
      const response = await fetch(`${red.url}/admin/provisioning`);
      assert.match(
        response.headers.get('content-security-policy') ?? '',
        /default-src 'none'; script-src 'self'/,
      );
      assert.doesNotMatch(await response.text(), /<script(?![^>]* src=)|registry|token/);
      const slash = await fetch(`${red.url}/admin/provisioning/`, { redirect: 'manual' });
      assert.equal(slash.headers.get('location'), '../provisioning');
      await open();
    });
  });
}
