import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import type { Comms } from '../../src/tab/data/live-feed.ts';
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

declare const RED: { readonly comms: Comms };

/** How often the editor was told of a switch. */
declare global {
  var switchesTold: number;
}

interface ApiHandler {
  readonly id: string;
  readonly status: string;
  readonly override: { readonly reason: string | null; readonly until: string | null } | null;
}

for (const { name, nodeRed: installation } of editors) {
  describe(`the handlers' view in ${name}`, function () {
    this.timeout(60_000);
    let receiver: MisbehavingServer;
    let red: NodeRed;
    let browser: Browser;
    let view: Tab;

    const flows = () => [
      tab,
      registry({ name: 'Billing' }),
      httpHandler(`${receiver.url}/crm`, { id: 'crm', name: 'CRM', priority: 1, events: ['clients.*'] }),
      httpHandler(`${receiver.url}/switch`, {
        id: 'switch',
        name: 'Softswitch',
        priority: 2,
        events: ['clients.create'],
      }),
      httpHandler(`${receiver.url}/old`, {
        id: 'old',
        name: 'Old mirror',
        priority: 3,
        handlerStatus: 'archived',
      }),
      {
        ...httpHandler('', {
          id: 'script',
          name: 'Accounting',
          priority: 4,
          events: ['importd.process_failed'],
        }),
        handlerType: 'local',
        command: 'echo-event.sh',
        handlerStatus: 'disabled',
      },
      eventNode(),
      executor(),
    ];
    const handler = async (id: string): Promise<ApiHandler | undefined> => {
      const { items } = await red.get<{ items: ApiHandler[] }>('provisioning/registries/registry/handlers');
      return items.find((one) => one.id === id);
    };
    const names = () => view.root.locator('.nrp-handler .nrp-name').allTextContents();
    const flag = (row: string) => view.row(row).getByRole('switch');

    before(async () => {
      receiver = await misbehavingServer();
      red = await startNodeRed({ flows: flows(), ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      view = await Tab.open(browser, red);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      await receiver?.close();
    });
    beforeEach(async () => {
      await view.setWidth(340);
      await view.go('handlers');
    });
    afterEach(() => assert.deepEqual(view.editor.problems.splice(0), []));

    it('shows who is called, by priority, without the archived ones', async () => {
      await view.row('CRM').waitFor();
      assert.deepEqual(await names(), ['CRM', 'Softswitch', 'Accounting']);
      const row = await textOf(view.row('CRM'));
      assert.match(row, /clients\.\*/);
      assert.match(row, /HTTP\s+\/crm\s+127\.0\.0\.1:\d+/);
      assert.match(await textOf(view.row('Accounting')), /Script\s+echo-event\.sh[\s\S]*Disabled/);
    });

    it('searches by words, event, type and status, and is cleared with one click', async () => {
      await view.root.getByRole('textbox', { name: 'Search handlers' }).fill('soft');
      await eventually('the search by words', async () => (await names()).join() === 'Softswitch');
      await view.button('Clear the search').click();
      await view.button('Advanced search').click();
      await view.root.getByLabel('Event', { exact: true }).fill('clients.create');
      await view.root.getByLabel('Event', { exact: true }).press('Enter');
      await eventually('the search by event', async () => (await names()).join() === 'CRM,Softswitch');
      await view.root.getByLabel('Handler type').selectOption('local');
      await view.root.getByText('Nothing matches the search').waitFor();
      await view.button('Clear the search').first().click();
      await view.root.getByLabel('Status').selectOption('archived');
      await eventually('the archived one', async () => (await names()).join() === 'Old mirror');
      await view
        .button(/Clear the search/)
        .first()
        .click();
      await eventually('all', async () => (await names()).length === 3);
      await view.button(/Advanced search/).click();
    });

    it('switches a handler at once by a click on its flag, and says who, when and why', async () => {
      await flag('CRM').click();
      await view.row('Disabled by').waitFor();
      assert.equal((await handler('crm'))?.status, 'disabled');
      assert.match((await flag('CRM').getAttribute('title')) ?? '', /Disabled by an operator/);
      await view.button('Say why').click();
      await view.page.locator('.nrp-ask input').fill('<b>Maintenance</b> until 18:00');
      await view.page.keyboard.press('Enter');
      await view.root.getByText('Reason: <b>Maintenance</b> until 18:00').waitFor();
      assert.equal((await handler('crm'))?.override?.reason, '<b>Maintenance</b> until 18:00');
    });

    it('tells those who hear it what came of an action, and at once when it was refused', async () => {
      const region = view.announced('status');
      const { width, height } = (await region.boundingBox()) ?? {};
      assert.ok((width ?? 0) <= 1 || (height ?? 0) <= 1, 'it can not be seen');
      await region.getByText('Reason saved').waitFor({ state: 'attached' });
      await flag('Softswitch').click();
      await region.getByText('Handler Softswitch disabled').waitFor({ state: 'attached' });
      await view.row('Softswitch').getByText('Disabled', { exact: true }).waitFor();
      const route = '**/provisioning/registries/registry/handlers/switch';
      await view.page.route(route, (route) =>
        route.fulfill({ status: 403, json: { error: { code: 'forbidden', message: 'no' } } }),
      );
      await flag('Softswitch').click();
      await view.announced('alert').getByText('no permission for this').waitFor({ state: 'attached' });
      assert.equal((await region.textContent())?.trim(), '');
      await view.page.unroute(route);
      await view.page.evaluate("RED.sidebar.show('info')");
      await view.root.waitFor({ state: 'detached' });
      await view.show();
      assert.equal((await view.announced('alert').textContent())?.trim(), '', 'it is not heard again');
      view.editor.problems.splice(0); // the refused request
      await flag('Softswitch').click();
      await region.getByText('Handler Softswitch enabled').waitFor({ state: 'attached' });
      assert.equal((await view.announced('alert').textContent())?.trim(), '');
    });

    it("shows the switch in the handler's dialog, where it is undone too", async () => {
      await view.row('CRM').getByRole('button', { name: 'Edit CRM' }).click();
      const dialog = await view.editor.dialog('config');
      const note = dialog.form.locator('#provisioning-handler-override');
      await note.getByText('Maintenance').waitFor();
      await note.getByRole('button').click();
      await note.waitFor({ state: 'hidden' });
      await dialog.cancel();
      await eventually('the override is gone', async () => (await handler('crm'))?.status === 'enabled');
      await view.root.getByText('Reason:').waitFor({ state: 'detached' });
    });

    it('is worked by keyboard: the flag, its reason and its undoing', async () => {
      await flag('Softswitch').focus();
      await view.page.keyboard.press('Space');
      await view.row('Disabled by').waitFor();
      await view.page.keyboard.press('Tab');
      for (let tabs = 0; tabs < 8; tabs += 1) {
        const label = await view.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
        if (label?.startsWith('Undo')) break;
        await view.page.keyboard.press('Tab');
      }
      await view.page.keyboard.press('Enter');
      await view.row('Disabled by').waitFor({ state: 'detached' });
      assert.equal((await handler('switch'))?.status, 'enabled');
    });

    it('offers to undo what one click has disabled: it says that events pass by, and goes back to what was', async () => {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const body = { status: 'held', reason: 'new rack', until };
      const held = { ...postJson(body), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/switch', held);
      await view.row('Held by').getByText('Reason: new rack').waitFor();
      await flag('Softswitch').click();
      await view.row('Softswitch').getByText('Enabled', { exact: true }).waitFor();
      assert.equal(await view.root.getByText('Events now pass it by').count(), 0);
      await red.admin('provisioning/registries/registry/handlers/switch', held);
      await view.row('Held by').waitFor();
      await flag('Accounting').click();
      await view.row('Enabled by').waitFor();
      await flag('Accounting').click();
      await view.announced('status').getByText('events now pass it by').waitFor({ state: 'attached' });
      // What the flow says has no override: the offer has a row of its own.
      const offer = view.row('Events now pass it by').getByRole('button', { name: 'Undo', exact: true });
      await offer.focus();
      await view.page.keyboard.press('Enter');
      await eventually('it is enabled again', async () => (await handler('script'))?.status === 'enabled');
      await offer.waitFor({ state: 'detached' });
      const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      assert.match(String(await focused()), /^Accounting: /);
      // The switch is answered before the flag shows it.
      await view.row('Accounting').getByText('Enabled', { exact: true }).waitFor();
      await flag('Accounting').click();
      await view.row('Events now pass it by').waitFor();
      await view.row('Events now pass it by').waitFor({ state: 'detached', timeout: 20_000 });
      const enabled = { ...postJson({ status: 'enabled' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/switch', enabled);
      await view.row('Held by').waitFor({ state: 'detached' });
    });

    it('switches by a menu, by keyboard alone: to what, why and until when', async () => {
      const { page } = view;
      await flag('Softswitch').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const form = page.locator('.nrp-ask');
      await form.getByText('new events wait, nothing is missed').waitFor();
      await form.getByText('events pass by, it misses them').waitFor();
      await page.locator('.nrp-ask input:checked').and(page.locator(':focus')).waitFor();
      assert.equal(await form.getByLabel('Reason').isDisabled(), true, 'what the flow says needs none');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await page.keyboard.type('maintenance');
      await page.keyboard.press('Tab');
      // From 15 minutes: letters would have to come within a second.
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.deepEqual(await axeFindings(page, '.nrp-ask'), []);
      const before = Date.now();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await view.row('Held by').getByText('Reason: maintenance').waitFor();
      const { status, override } = (await handler('switch')) ?? {};
      assert.deepEqual([status, override?.reason], ['held', 'maintenance']);
      const until = Date.parse(String(override?.until));
      assert.ok(Math.abs(until - before - 3_600_000) < 30_000, String(override?.until));
      assert.match(await textOf(view.row('Held by')), /Until /);
      await view
        .row('Softswitch')
        .getByRole('button', { name: /^Switch .*reason/ })
        .click();
      await form.getByLabel('Ends').selectOption('at');
      await form.getByLabel('Date and time').fill('2099-01-31T18:00');
      await form.getByRole('radio', { name: 'Disabled' }).check();
      await form.getByRole('button', { name: 'Switch' }).click();
      await view.row('Disabled by').waitFor();
      const later = (await handler('switch'))?.override;
      assert.equal(Date.parse(String(later?.until)), new Date(2099, 0, 31, 18).getTime());
      await view
        .row('Softswitch')
        .getByRole('button', { name: /^Switch .*reason/ })
        .click();
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
      await flag('Softswitch').click();
      await view.row('Disabled by').waitFor({ state: 'detached' });
    });

    it('holds a registry as a whole from its menu, says so in every view, and releases it', async () => {
      const { page } = view;
      await view.button('More').click();
      await page.getByText('Hold Billing as a whole').click();
      const form = page.locator('.nrp-ask');
      await form.getByText('nothing is missed').waitFor();
      await form.getByLabel('Reason').fill('<i>database</i>');
      await form.getByLabel('Ends').selectOption('240');
      await eventually('all of it can be seen', async () => ((await form.boundingBox())?.y ?? -1) >= 0);
      await form.getByRole('button', { name: 'Hold' }).click();
      const banner = view.root.locator('.nrp-banner', { hasText: 'Billing is held as a whole' });
      for (const name of ['handlers', 'executions', 'events', 'overview'] as const) {
        await view.go(name);
        await banner.getByText('Reason: <i>database</i>').waitFor();
      }
      await view.announced('status').getByText('Billing is held').waitFor({ state: 'attached' });
      const onCanvas = (text: string) => view.editor.node('executor').getByText(text, { exact: true });
      await onCanvas('registry held').waitFor();
      assert.deepEqual(await axeFindings(page, '.nrp-banner'), []);
      await banner.getByRole('button', { name: 'Release' }).click();
      await form.getByText('What waits runs now').waitFor();
      await form.getByRole('button', { name: 'Release' }).click();
      await banner.waitFor({ state: 'detached' });
      await view.announced('status').getByText('Billing is released').waitFor({ state: 'attached' });
      await onCanvas('registry held').waitFor({ state: 'detached' });
    });

    it('shows at once what others have switched', async () => {
      const told = () => view.page.evaluate(() => globalThis.switchesTold);
      await view.page.evaluate(() => {
        globalThis.switchesTold = 0;
        RED.comms.subscribe('provisioning/switches', () => {
          globalThis.switchesTold += 1;
        });
      });
      const hold = { ...postJson({ status: 'held' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry', hold);
      await eventually('the editor is told', async () => (await told()) === 1);
      const banner = view.root.locator('.nrp-banner', { hasText: 'Billing is held as a whole' });
      await banner.waitFor();
      await red.admin('provisioning/registries/registry', {
        ...postJson({ status: 'enabled' }),
        method: 'PATCH',
      });
      await eventually('the editor is told again', async () => (await told()) === 2);
      await banner.waitFor({ state: 'detached' });
    });

    it('makes a new handler in the native dialog with the registry chosen, and marks it until it is deployed', async () => {
      await view.button('New Handler').click();
      const dialog = await view.editor.dialog('config');
      assert.equal(await dialog.field('registry').inputValue(), 'registry');
      await dialog.fill('name', 'Mailer');
      await dialog.fill('url', `${receiver.url}/mail`);
      await dialog.fill('priority', '3');
      const events = await dialog.addRow('provisioning-handler-events');
      await events.locator('input').first().fill('*');
      await dialog.save();
      await view.row('Mailer').getByText('new', { exact: true }).waitFor();
      assert.deepEqual(await names(), ['CRM', 'Softswitch', 'Mailer', 'Accounting']);
      await flag('Mailer').click({ force: true });
      await view.page.locator('.red-ui-notification').getByText('not deployed yet').waitFor();
      assert.match((await flag('Mailer').getAttribute('title')) ?? '', /Deploy first/);

      await view.root.getByText('Handlers that wait for Deploy: 1').waitFor();
      await view.button('Deploy').click();
      await view.row('Mailer').getByText('new', { exact: true }).waitFor({ state: 'detached' });
      assert.ok(
        await eventually('it is deployed', async () =>
          (await red.flows()).find((node) => node['name'] === 'Mailer'),
        ),
      );
      await view.root.getByText('wait for Deploy').waitFor({ state: 'detached' });
    });

    it('marks a change until it is deployed', async () => {
      await view.row('Mailer').getByRole('button', { name: 'Edit Mailer' }).click();
      const dialog = await view.editor.dialog('config');
      await dialog.fill('name', 'Mail server');
      await dialog.save();
      await view.row('Mail server').getByText('changed', { exact: true }).waitFor();
      await view.editor.deploy();
      await view.row('Mail server').getByText('changed', { exact: true }).waitFor({ state: 'detached' });
    });

    it('asks beside the row before it deletes, and undoes that', async () => {
      const remove = () => view.row('Mail server').getByRole('button', { name: 'Delete Mail server' });
      const question = view.page.locator('.nrp-ask');
      await remove().click();
      await question.getByText('Delete handler “Mail server”?').waitFor();
      await view.page.keyboard.press('Escape');
      await question.waitFor({ state: 'detached' });
      assert.equal(await remove().evaluate((button) => button === document.activeElement), true);

      await remove().click();
      await question.waitFor();
      await view.root.locator('.nrp-head').click({ position: { x: 2, y: 2 } });
      await question.waitFor({ state: 'detached' });
      await view.root.getByRole('textbox').first().focus();
      await view.page.keyboard.press('Escape');
      assert.equal(await view.page.evaluate(() => document.activeElement?.tagName), 'INPUT');

      await remove().press('Enter');
      await question.getByRole('button', { name: 'Delete' }).press('Enter');
      await view.row('Mail server').getByText('deleted', { exact: true }).waitFor();
      const undo = view.button('Undo the deletion of Mail server');
      await undo.waitFor();
      const isUndone = await view.page.evaluate(`(() => {
        const later = { t: 'multi', events: [], dirty: true };
        RED.history.push(later);
        document.querySelector('[aria-label="Undo the deletion of Mail server"]').click();
        const isUndone = RED.history.peek() !== later;
        if (!isUndone) RED.history.pop();
        return isUndone;
      })()`);
      assert.equal(isUndone, false, 'a later change is not undone in its place');
      await undo.click();
      await view.row('Mail server').getByText('deleted', { exact: true }).waitFor({ state: 'detached' });

      await remove().click();
      await question.getByRole('button', { name: 'Delete' }).click();
      await view.row('Mail server').getByText('deleted', { exact: true }).waitFor();
      await view.editor.deploy();
      await view.row('Mail server').waitFor({ state: 'detached' });
    });

    it('tells how each is doing, and leads to the executions behind it', async () => {
      receiver.become(({ response, received }) =>
        response.writeHead(received.path === '/switch' ? 500 : 200).end('ok'),
      );
      await red.admin('provisioning/registries/registry/events', postJson(envelope(1)));
      await view.row('Softswitch').getByText('0% success').waitFor({ timeout: 15_000 });
      assert.match(await textOf(view.row('CRM')), /100% success\s+p95 [\d.]+ (?:ms|sec)/);
      await view.row('Softswitch').getByText('0% success').click();
      await view.row('clients.create').waitFor();
      assert.equal(await view.rows.count(), 1);
      assert.match(await textOf(view.rows), /Fail[\s\S]*Softswitch/);
      await view
        .button(/Clear the search/)
        .first()
        .click();
    });

    it('leads to the log of one handler', async () => {
      await view.row('CRM').getByRole('button', { name: 'Log of CRM' }).click();
      await view.row('CRM').waitFor();
      assert.equal(await view.rows.count(), 1);
      await view
        .button(/Clear the search/)
        .first()
        .click();
    });

    it('shows who is called for which event, and in which turn', async () => {
      await view.button('Who is called').click();
      const row = (type: string) =>
        view.root.locator('.nrp-matrix tbody tr', { has: view.page.locator(`th:text-is("${type}")`) });
      await row('clients.create').waitFor();
      assert.deepEqual(await row('clients.create').locator('.nrp-hidden').allTextContents(), [
        'CRM: turn 1, called by a pattern',
        'Softswitch: turn 2, called by name',
      ]);
      assert.match(await textOf(row('importd.process_failed')), /nobody listens/);
      assert.equal(
        await row('importd.process_failed').locator('.nrp-hidden').textContent(),
        'Accounting: listens, but is disabled',
      );
      const search = view.root.getByRole('textbox', { name: 'Search handlers' });
      await search.fill('soft');
      await row('clients.create').locator('.nrp-pattern').waitFor({ state: 'detached' });
      assert.deepEqual(
        await row('clients.create').locator('.nrp-hidden').allTextContents(),
        ['Softswitch: turn 2, called by name'],
        'a search changes no turn',
      );
      await view.button('Clear the search').click();
      await view.button('Who is called').click();
    });

    it('puts the whole registry on the clipboard as flow JSON, without secrets', async () => {
      const copied = view.page.evaluate(
        () =>
          new Promise<string>((resolve) =>
            document.addEventListener('copy', () => resolve(document.getSelection()?.toString() ?? ''), {
              once: true,
            }),
          ),
      );
      await view.button('More').click();
      await view.page.getByText('Copy registry “Billing” as flow JSON').click();
      const nodes = JSON.parse(await copied) as { id: string; type: string; credentials?: unknown }[];
      assert.deepEqual(nodes.map(({ id }) => id).sort(), ['crm', 'old', 'registry', 'script', 'switch']);
      assert.ok(nodes.every(({ credentials }) => credentials === undefined));
      await view.page.locator('.red-ui-notification').getByText('are on the clipboard').waitFor();
    });

    it('backs up a registry, and says where the copy is', async () => {
      await view.button('More').click();
      await view.page.getByText('Back up registry “Billing”').click();
      const said = view.page.locator('.red-ui-notification').getByText('The copy is in');
      await said.waitFor();
      const folder = (await said.textContent())?.replace('The copy is in ', '').trim() ?? '';
      assert.deepEqual(readdirSync(folder).sort(), ['journal.sqlite', 'registry.json']);
    });
  });
}
