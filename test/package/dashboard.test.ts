import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { answersByPath, Dashboard, hostile, livelyFlow, Operated } from '../support/dashboard.ts';
import { Editor } from '../support/editor.ts';
import { eventually } from '../support/eventually.ts';
import { answers } from '../support/misbehaving-server.ts';
import type { NodeRed } from '../support/node-red.ts';
import { readText } from '../support/package.ts';
import { textOf } from '../support/tab.ts';

interface Handler {
  readonly id: string;
  readonly status: string;
  readonly override: { readonly by: string | null; readonly reason: string | null } | null;
  readonly circuit: { readonly state: string };
}
interface Execution {
  readonly id: string;
  readonly status: string;
  readonly objectId: string;
  readonly handler: { readonly id: string };
  readonly replayedAs: { readonly status: string } | null;
}

const nodeReds = [undefined, ...(process.env['NODE_RED_41'] ? [process.env['NODE_RED_41']] : [])];

for (const nodeRed of nodeReds) {
  describe(`the dashboard, imported in Node-RED ${nodeRed ? '4.1' : '5'}`, function () {
    this.timeout(60_000);
    let operated: Operated;
    let browser: Browser;
    let dashboard: Dashboard;

    before(async () => {
      [operated, browser] = await Promise.all([
        Operated.start({ ...(nodeRed && { nodeRed }) }),
        launchBrowser(),
      ]);
      for (const objectId of [12, 13, 14]) await operated.fire(objectId);
      await eventually('all have had their turn', async () => (await executions('')).length === 12);
      dashboard = await Dashboard.open(browser, operated.red);
    });
    after(async () => {
      await browser?.close();
      await operated?.end();
    });
    // Whatever a test has done: nothing went wrong in the page, and nothing ran that came from elsewhere.
    afterEach(async () => {
      assert.equal(await dashboard.page.evaluate(() => 'taken' in globalThis), false);
      assert.deepEqual(dashboard.problems.splice(0), []);
    });

    const handler = async (id: string) => {
      const { items } = await operated.get<{ items: Handler[] }>('handlers');
      return items.find((one) => one.id === id);
    };
    const executions = async (query: string) =>
      (await operated.get<{ items: Execution[] }>(`executions?${query}`)).items;

    it('is imported in the editor, where its query node takes the only registry, and is granted what is ticked', async () => {
      const editor = await Editor.open(browser, operated.red);
      await editor.page.keyboard.press('Control+i');
      const pasted = editor.page.locator('#red-ui-clipboard-dialog-import-text');
      await pasted.fill(JSON.stringify(livelyFlow));
      await pasted.press('End');
      await editor.page.locator('#red-ui-clipboard-dialog-ok').click();
      await editor.page.locator('[id="red-ui-tab-provisioning-dashboard-flow"]').click();
      await editor.node('provisioning-dashboard-query').waitFor();
      assert.match(String(await editor.errorsOf('provisioning-dashboard-query')), /^Registry: [^,]*$/);
      const dialog = await editor.edit('provisioning-dashboard-query');
      assert.equal(await dialog.field('registry').inputValue(), 'registry');
      for (const box of await dialog.form.locator('#provisioning-query-grants input').all())
        await box.check();
      await dialog.save();
      for (const { id } of livelyFlow) assert.deepEqual(await editor.errorsOf(id), [], id);
      await editor.deploy();
      assert.deepEqual(editor.problems, []);
      await editor.close();
      await dashboard.go('handlers');
    });

    it('shows the flag of each handler, with what waits and why it failed last', async () => {
      await dashboard.go('handlers');
      assert.match(await textOf(dashboard.handler('crm')), /CRM[\s\S]*Enabled[\s\S]*100 %/);
      const softswitch = await textOf(dashboard.handler('softswitch'));
      assert.match(softswitch, /0 %[\s\S]*Last failure .*: 422 · \{"error":"the trunk is not known"\}/);
      assert.match(await textOf(dashboard.handler('mailbox')), /Waiting\s+3/);
      assert.ok((await textOf(dashboard.handler('hostile'))).includes(hostile));
    });

    it('asks before it disables, and then says who did it and why', async () => {
      await dashboard.go('handlers');
      const crm = dashboard.handler('crm');
      await crm.getByRole('button', { name: 'Disabled' }).click();
      const asked = dashboard.dialog('Disable CRM?');
      await asked.getByText('pass it by').waitFor();
      await asked.getByRole('button', { name: 'Cancel' }).click();
      assert.equal((await handler('crm'))?.status, 'enabled');

      await crm.getByRole('button', { name: 'Disabled' }).click();
      await asked.getByLabel('Reason').fill('moves house');
      await asked.getByRole('button', { name: 'Disable' }).click();
      await dashboard.told.getByText('CRM is disabled now.').waitFor();
      await crm.getByText(/^Disabled by Dashboard 127\.0\.0\.1, .*: moves house$/).waitFor();
      const { status, override } = (await handler('crm')) ?? {};
      assert.deepEqual(
        [status, override?.by, override?.reason],
        ['disabled', 'Dashboard 127.0.0.1', 'moves house'],
      );

      await crm.getByRole('button', { name: 'Enabled' }).click();
      await crm.locator('.nrp-flag', { hasText: 'Enabled' }).waitFor();
      assert.equal((await handler('crm'))?.override, null);
    });

    it('holds a handler by the keyboard, and the registry as a whole, and releases both', async () => {
      await dashboard.go('handlers');
      const crm = dashboard.handler('crm');
      await crm.getByRole('button', { name: 'Held' }).focus();
      await dashboard.page.keyboard.press('Enter');
      await dashboard.dialog('Hold CRM?').getByRole('button', { name: 'Hold' }).press('Enter');
      await crm.locator('.nrp-flag', { hasText: 'Held' }).waitFor();
      await crm.getByRole('button', { name: 'Enabled' }).press('Enter');
      await crm.locator('.nrp-flag', { hasText: 'Enabled' }).waitFor();

      await dashboard.handler('hostile').getByRole('button', { name: 'Held' }).click();
      await dashboard.dialog(/^Hold/).getByRole('button', { name: 'Hold' }).click();
      await dashboard.told.getByText(`${hostile} is held now.`).waitFor();
      await dashboard.handler('hostile').locator('.nrp-flag', { hasText: 'Held' }).waitFor();
      await dashboard.handler('hostile').getByRole('button', { name: 'Enabled' }).click();

      await dashboard.button('Hold all…').click();
      const asked = dashboard.dialog('Hold all handlers of this registry?');
      await asked.getByLabel('Reason').fill(hostile);
      await asked.getByRole('button', { name: 'Hold' }).click();
      const held = dashboard.page.getByText('Held as a whole').locator('..');
      await held.waitFor();
      assert.ok((await textOf(held)).includes(hostile));
      await dashboard.button('Release all').click();
      await dashboard.button('Hold all…').waitFor();
    });

    it('finds executions by status, handler, object and text', async () => {
      await dashboard.go('executions');
      await eventually('all rows', async () => (await dashboard.rows.count()) === 12);
      await dashboard.page.getByLabel('Status').selectOption('unresolved');
      await dashboard.page.getByLabel('Handler').selectOption('Softswitch');
      await dashboard.page.getByLabel('Object').fill('13');
      await dashboard.button('Search').click();
      await eventually('one row', async () => (await dashboard.rows.count()) === 1);
      assert.match(
        await textOf(dashboard.rows),
        /failed[\s\S]*clients\.create[\s\S]*13[\s\S]*Softswitch[\s\S]*422 · \{"error"/,
      );
      assert.match(dashboard.page.url(), /\?status=unresolved&handler=softswitch&objectId=13$/);

      await dashboard.button('Clear').click();
      await dashboard.page.getByLabel('Text').fill('trunk');
      await dashboard.page.keyboard.press('Enter');
      await eventually('three rows', async () => (await dashboard.rows.count()) === 3);
      await dashboard.page.getByLabel('Text').fill('nowhere');
      await dashboard.button('Search').click();
      await dashboard.page.getByText('No execution matches.').waitFor();
    });

    it('finds executions between times of the place where the browser is, by a link that is good anywhere', async () => {
      await dashboard.go('executions');
      const inAnHour = await dashboard.page.evaluate(() => {
        const later = new Date(Date.now() + 3_600_000);
        return new Date(later.getTime() - later.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
      });
      await dashboard.page.getByLabel('From').fill(inAnHour);
      await dashboard.button('Search').click();
      await dashboard.page.getByText('No execution matches.').waitFor();
      const link = new URL(dashboard.page.url()).searchParams.get('from') ?? '';
      assert.ok(Math.abs(Date.parse(link) - Date.now() - 3_600_000) < 120_000, link);
      await dashboard.page.reload();
      await dashboard.page.getByText('No execution matches.').waitFor();
      assert.equal(await dashboard.page.getByLabel('From').inputValue(), inAnHour);
      await dashboard.button('Clear').click();
      await dashboard.rows.first().waitFor();
    });

    it('lets new rows wait while the pointer is among the rows', async () => {
      await dashboard.go('executions', '?eventType=clients.update');
      await operated.fire(20, 'clients.update');
      await eventually('the first rows', async () => (await dashboard.rows.count()) === 4);
      await dashboard.rows.nth(1).hover();
      const before = await dashboard.rows.nth(1).getAttribute('data-execution');
      await operated.fire(21, 'clients.update');
      await dashboard.button('Show what is new').waitFor();
      assert.equal(await dashboard.rows.nth(1).getAttribute('data-execution'), before);
      // By keyboard: on its way to the button, the pointer would leave the rows.
      await dashboard.button('Show what is new').press('Enter');
      await dashboard.page.mouse.move(0, 0);
      await eventually('all rows', async () => (await dashboard.rows.count()) === 8);
    });

    it('answers the browser that asked alone, and believes none that says who it is', async () => {
      const other = await Dashboard.open(browser, operated.red);
      await other.go('executions');
      await other.rows.first().waitFor();
      await dashboard.go('handlers');
      const forged = {
        view: 'handlers',
        ask: 'forged',
        operation: 'hold',
        payload: { reason: 'forged' },
        by: 'the boss',
        _client: { user: { email: 'boss@example.com' } },
      };
      await dashboard.emit('provisioning-dashboard-handlers', forged);
      await dashboard.page.getByText('Held as a whole').waitFor();
      const { override } = await operated.registry();
      assert.deepEqual([override?.by, override?.reason], ['Dashboard 127.0.0.1', 'forged']);
      await dashboard.button('Release all').click();
      await dashboard.button('Hold all…').waitFor();
      assert.ok(other.received.some((frame) => frame.includes('provisioning-dashboard-executions')));
      assert.ok(!other.received.some((frame) => frame.includes('msg-input:provisioning-dashboard-handlers')));
      await other.close();
    });

    it('goes through the log page by page', async () => {
      const before = (await executions('limit=500')).length;
      for (let objectId = 100; objectId < 110; objectId += 1) await operated.fire(objectId);
      await eventually('ten more chains', async () => (await executions('limit=500')).length === before + 40);
      await dashboard.go('executions');
      await eventually('a full page', async () => (await dashboard.rows.count()) === 50);
      const newest = await dashboard.rows.first().getAttribute('data-execution');
      await dashboard.button('Older').click();
      await eventually('the rest', async () => (await dashboard.rows.count()) === before - 10);
      assert.equal(await dashboard.button('Older').isDisabled(), true);
      await dashboard.button('Newer').click();
      await eventually('the first page', async () => (await dashboard.rows.count()) === 50);
      assert.equal(await dashboard.rows.first().getAttribute('data-execution'), newest);
    });

    it('opens the details of a row: request, response and attempts, whatever they hold', async () => {
      await dashboard.go('executions', '?handler=hostile&objectId=12');
      await dashboard.rows.first().getByRole('button').press('Enter');
      const details = dashboard.dialog('Execution');
      await details.getByRole('heading', { name: 'Attempts' }).waitFor();
      const shown = await textOf(details);
      assert.ok(shown.includes(`Response\n${hostile}`), shown);
      assert.match(shown, /"events_id": "clients\.create"/);
      await dashboard.page.keyboard.press('Escape');
      await details.waitFor({ state: 'hidden' });
      const focused = dashboard.rows.first().getByRole('button');
      await eventually('the focus is back', () => focused.evaluate((one) => one === document.activeElement));
    });

    it('replays a failed execution, and shows that it was replayed', async () => {
      const [failed] = await executions('handler=softswitch&objectId=12');
      await dashboard.go('executions', '?handler=softswitch&objectId=12');
      operated.receiver.become((exchange) => {
        const answer =
          exchange.received.path === '/softswitch' ? answers(200, '{"ok":"by now"}') : answersByPath;
        answer(exchange);
      });
      await dashboard.rows.first().click();
      const details = dashboard.dialog('Execution');
      await details.getByRole('button', { name: 'Replay' }).click();
      await dashboard.told.getByText('It is replayed.').waitFor();
      await details.getByText('Replayed: ').waitFor();
      await details.getByRole('button', { name: 'Close' }).click();
      await dashboard.rows.filter({ hasText: 'replayed: succeeded' }).waitFor();
      await dashboard.rows.filter({ hasText: 'by now' }).waitFor();
      const rows = await executions('handler=softswitch&objectId=12');
      assert.equal(rows.find(({ id }) => id === failed?.id)?.replayedAs?.status, 'succeeded');
    });

    it('replays all that match after it has said how many there are, and has nothing to confirm at none', async () => {
      const open = (await executions('handler=softswitch&status=unresolved&limit=500')).length;
      assert.ok(open > 1);
      await dashboard.go('executions', '?handler=softswitch');
      await dashboard.button('Replay…').click();
      const asked = dashboard.dialog('Replay');
      await asked.getByRole('heading', { name: `Replay ${open} executions?` }).waitFor();
      assert.match(await textOf(asked), new RegExp(`${open} failed; of Softswitch\\.`));
      await asked.getByLabel(/in a second/).fill('0');
      await asked.getByRole('button', { name: `Replay ${open}` }).click();
      await dashboard.told.getByText(`${open} executions are replayed.`).waitFor();
      await eventually('none is unresolved', async () => {
        return (await executions('handler=softswitch&status=unresolved')).length === 0;
      });
      await dashboard.button('Replay…').click();
      await asked.getByRole('heading', { name: 'Nothing to replay' }).waitFor();
      assert.equal(await asked.getByRole('button', { name: /^Replay/ }).count(), 0);
    });

    it('stops a replay that goes on for long', async () => {
      await dashboard.go('executions', '?handler=hostile');
      await dashboard.button('Replay…').click();
      const asked = dashboard.dialog('Replay');
      await asked.getByLabel(/in a second/).fill('0.001');
      await asked.getByRole('button', { name: /^Replay / }).click();
      await dashboard.page.getByText(/^\d+ of \d+ replayed, by Dashboard 127\.0\.0\.1$/).waitFor();
      await dashboard.button('Stop').click();
      await dashboard.button('Stop').waitFor({ state: 'detached' });
      const { items } = await operated.get<{ items: { status: string }[] }>('replays');
      assert.equal(items[0]?.status, 'cancelled');
    });

    it('cancels an execution that waits', async () => {
      const [parked] = await executions('handler=mailbox&objectId=14');
      await dashboard.go('executions', '?handler=mailbox&objectId=14');
      await dashboard.rows.first().click();
      const details = dashboard.dialog('Execution');
      await details.getByRole('button', { name: 'Cancel this execution' }).click();
      await dashboard.told.getByText('It is cancelled.').waitFor();
      await details.locator('.nrp-flag', { hasText: 'cancelled' }).waitFor();
      assert.equal((await executions(`ids=${parked?.id}`))[0]?.status, 'cancelled');
    });

    it('closes a circuit', async () => {
      await dashboard.go('handlers');
      const mailbox = dashboard.handler('mailbox');
      await mailbox.locator('.nrp-flag', { hasText: 'Circuit' }).waitFor();
      await mailbox.getByRole('button', { name: 'Close circuit' }).click();
      await mailbox.locator('.nrp-flag', { hasText: 'Enabled' }).waitFor();
      assert.equal((await handler('mailbox'))?.circuit.state, 'closed');
    });

    it('has an overview that leads to the executions which it counts', async () => {
      await dashboard.go('overview');
      const chart = dashboard.page.getByRole('img', { name: /executions succeeded, \d+ failed/ });
      await chart.locator('rect.nrp-succeeded').first().waitFor({ state: 'attached' });
      await dashboard.button('24 hours').click();
      await dashboard.page.getByRole('img', { name: /in the last 24 hours$/ }).waitFor();
      await dashboard.button(/^\d+× .*HTTP 400/).click();
      await dashboard.page.locator('[data-view="executions"] .nrp-chip', { hasText: 'HTTP 400' }).waitFor();
      await dashboard.rows.first().waitFor();
      assert.match(await textOf(dashboard.rows.first()), /failed/);
    });

    it('tells an operator what is not granted, by the way of the Catch node', async () => {
      await operated.choose({ grants: [] });
      await dashboard.go('handlers');
      await dashboard.handler('crm').getByRole('button', { name: 'Disabled' }).click();
      await dashboard.dialog('Disable CRM?').getByRole('button', { name: 'Disable' }).click();
      await dashboard.told.getByText(/^switch: .*grant/).waitFor();
      assert.equal((await handler('crm'))?.status, 'enabled');
      await operated.choose({});
    });

    // What the pages look like does not depend on the Node-RED below them.
    for (const theme of nodeRed ? [] : (['light', 'dark'] as const)) {
      it(`has room from a phone to a wall, and is clean for axe, in the ${theme} theme`, async () => {
        await operated.choose({ theme });
        for (const width of [360, 1600]) {
          await dashboard.setWidth(width);
          for (const name of ['overview', 'handlers', 'executions'] as const) {
            await dashboard.go(name, '?objectId=12');
            await dashboard.page.locator('.nrp-tiles, [data-handler], [data-execution]').first().waitFor();
            const beyond = await dashboard.page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            assert.equal(beyond, 0, `${name} at ${width}`);
            assert.deepEqual(await axeFindings(dashboard.page, '.nrp'), [], `${name} at ${width}`);
          }
          await dashboard.rows.first().click();
          await dashboard.dialog('Execution').getByRole('heading', { name: 'Attempts' }).waitFor();
          await eventually('the dialog is there', async () => {
            assert.deepEqual(await axeFindings(dashboard.page, '.v-dialog .nrp'), [], `details at ${width}`);
            return true;
          });
        }
      });
    }
  });
}

describe('the settings that the page on the dashboard shows', function () {
  this.timeout(60_000);

  it('ask the login of its pages of their socket as well, which Node-RED leaves open', async () => {
    const [, shown = ''] = /```js\n(httpNodeAuth[\s\S]*?)```/.exec(readText('docs/dashboard.md')) ?? [];
    // Of `secret`.
    const hash = '$2b$04$yLd4UxcCKpKyLqNlleF7e.GLqTHRvVf9NM/d/9KwqO0UYbUhyG2Yy';
    const [operated, browser] = await Promise.all([
      Operated.start({
        settingsCode: `{ ${shown.replace(/<[^>]+>/, () => hash)} }`,
        env: { DASHBOARD_PASSWORD: 'secret' },
      }),
      launchBrowser(),
    ]);
    try {
      await operated.choose({});
      assert.equal((await operated.red.node('dashboard')).status, 401);
      assert.equal(await answerOfSocket(operated.red), '44{"message":"unauthorized"}');
      const dashboard = await Dashboard.open(browser, operated.red, {
        username: 'operator',
        password: 'secret',
      });
      await dashboard.go('handlers');
      await dashboard.handler('crm').waitFor();
    } finally {
      await browser.close();
      await operated.end();
    }
  });
});

/** What a stranger is told who talks to the socket of the pages without them. */
async function answerOfSocket({ node }: NodeRed): Promise<string> {
  const socket = 'dashboard/socket.io/?EIO=4&transport=polling';
  const greeting = await (await node(socket)).text();
  const { sid } = JSON.parse(greeting.slice(1)) as { sid: string };
  await node(`${socket}&sid=${sid}`, { method: 'POST', body: '40' });
  return (await node(`${socket}&sid=${sid}`)).text();
}
