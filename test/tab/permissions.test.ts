import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
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
import { signIn, user } from '../support/users.ts';

const users = [
  user('admin', '*'),
  user('reader', 'read'),
  user('writer', [
    'flows.read',
    'flows.write',
    'nodes.read',
    'settings.read',
    'plugins.read',
    'status.read',
    'context.read',
  ]),
];

describe('the tab with adminAuth, below /admin', function () {
  this.timeout(60_000);
  let red: NodeRed;
  let browser: Browser;
  let view: Tab;

  const tokenOf = async (username: string): Promise<string> => {
    const one = users.find((user) => user.username === username);
    assert.ok(one, username);
    return signIn(red, one, 'node-red-editor');
  };
  const open = async (username: string): Promise<void> => {
    const url = `${red.url}/admin/?access_token=${await tokenOf(username)}`;
    view = await Tab.open(browser, { ...red, url });
  };

  before(async () => {
    const flows = [
      tab,
      registry({ name: 'Billing' }),
      httpHandler('http://127.0.0.1:9/', { id: 'crm', name: 'CRM' }),
      eventNode(),
      executor(),
    ];
    const settings = { httpAdminRoot: '/admin', adminAuth: { type: 'credentials', users } };
    red = await startNodeRed({ flows, settings });
    const headers = { authorization: `Bearer ${await tokenOf('admin')}` };
    await red.admin('provisioning/registries/registry/events', postJson(envelope(), headers));
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
  });
  afterEach(() => view.close());

  it('does everything for an admin, and says who it was', async () => {
    await open('admin');
    await view.row('CRM').getByRole('switch').click();
    await view.row('Disabled by admin').waitFor();
    await view.root.getByRole('button', { name: 'Undo', exact: true }).click();
    await view.row('Disabled by').waitFor({ state: 'detached' });
    await view.go('executions');
    await view.row('CRM').click();
    await view.tray.getByText('What was sent').waitFor();
    assert.deepEqual(view.editor.problems, []);
  });

  it('shows everything to a user who may only read, changes nothing, and says why', async () => {
    await open('reader');
    await view.root.getByText('permission provisioning.write is missing').waitFor();
    const flag = view.row('CRM').getByRole('switch');
    assert.equal(await flag.getAttribute('aria-disabled'), 'true');
    await flag.click({ force: true });
    await view.page.locator('.red-ui-notification').getByText('provisioning.write is missing').waitFor();
    for (const name of ['New Handler', 'Delete CRM', 'Fire a test event']) {
      assert.equal(await view.button(name).getAttribute('aria-disabled'), 'true', name);
    }
    await view.go('executions');
    await view.row('CRM').click();
    await view.tray.getByText('What was sent').waitFor();
    assert.equal(await view.tray.getByRole('button', { name: 'Replay' }).count(), 0);
    await view.page.keyboard.press('Escape');
    await view.tray.waitFor({ state: 'detached' });
    await view.row('CRM').getByRole('checkbox').check();
    // What is selected may be exported, and nothing else.
    const names = await view.root.locator('.nrp-chosen').getByRole('button').allTextContents();
    assert.deepEqual(
      names.map((name) => name.trim()),
      ['Export CSV', 'Clear'],
    );
    const sent: string[] = [];
    view.page.on('request', (request) => {
      if (request.url().includes('/provisioning/') && !['GET', 'OPTIONS'].includes(request.method()))
        sent.push(request.url());
    });
    await view.page.waitForTimeout(300);
    assert.deepEqual(sent, []);
    assert.deepEqual(view.editor.problems, []);
  });

  it('tells a user without permission so, rather than showing an empty list', async () => {
    await open('writer');
    await view.root.getByText('it needs provisioning.read').waitFor();
    assert.equal(await view.rows.count(), 0);
  });

  it('says in the details of a replay who has asked for it', async () => {
    await open('admin');
    await view.go('executions');
    await view.row('CRM').click();
    await view.tray.getByRole('button', { name: 'Replay' }).click();
    await view.page.locator('.red-ui-popover').getByRole('button', { name: 'Replay' }).click();
    await view.tray.getByRole('button', { name: 'replayed → Fail' }).click();
    await view.tray.getByText(/^ex-\S+-1, by admin$/).waitFor();
    assert.deepEqual(view.editor.problems, []);
  });
});
