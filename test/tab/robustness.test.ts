import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Route } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { freePort } from '../support/free-port.ts';
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
import { temporaryFolder } from '../support/temporary-folder.ts';

const hostileName = '<img src=x onerror="window.hacked=1">\u202egpj.exe';
const hostileText = `</pre><script>window.hacked=1</script>\u202e\u0000 $t(provisioning-tab.lost) __name__`;
const script = /provisioning-tab\.js/;

describe('the tab in bad times', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let uiPort: number;
  let browser: Browser;
  const userDir = temporaryFolder('tab-');

  const flows = () => [
    tab,
    registry({ name: hostileName }),
    httpHandler(`${receiver.url}/long`, { id: 'long', name: hostileName, priority: 1 }),
    httpHandler(`${receiver.url}/bytes`, { id: 'bytes', name: 'Bytes', priority: 2 }),
    httpHandler(`${receiver.url}/html`, { id: 'html', name: 'Html', priority: 3 }),
    eventNode(),
    executor(),
  ];
  const fire = (objectId: string, data: object = {}) =>
    red.admin('provisioning/registries/registry/events', postJson({ ...envelope(objectId), data }));

  /** A browser in which the tab's script is answered otherwise. */
  const browserWhere = (answer: (route: Route) => Promise<void>): Browser =>
    Object.assign(Object.create(browser) as Browser, {
      newPage: async (options: BrowserContextOptions) => {
        const page = await browser.newPage(options);
        await page.route(script, answer);
        return page;
      },
    });

  before(async () => {
    receiver = await misbehavingServer(({ response, received }) => {
      const bodies: Record<string, string | Buffer> = {
        '/long': 'x'.repeat(65_536),
        '/bytes': Buffer.from([0xff, 0xff, 0x3c, 0x62, 0x3e, 0xc3, 0x28, 0x00]),
        '/html': hostileText,
      };
      response
        .writeHead(received.path === '/html' ? 500 : 200, { 'x-evil': '<b>' })
        .end(bodies[received.path]);
    });
    uiPort = await freePort();
    red = await startNodeRed({ flows: flows(), userDir, settings: { uiPort } });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    await receiver?.close();
  });

  it('asks for nothing until it is first shown', async () => {
    const editor = await Editor.open(browser, red);
    const asked: string[] = [];
    editor.page.on('request', (request) => asked.push(request.url()));
    await sleep(500);
    assert.deepEqual(
      asked.filter((url) => /\/provisioning\/|provisioning-tab\.js/.test(url)),
      [],
    );
    await editor.close();
  });

  it('shows hostile names, responses, errors and data as text, and keeps its shape', async () => {
    await fire(hostileName, { note: hostileText, name: '<b>Anna</b>' });
    const view = await Tab.open(browser, red);
    const isSafe = async () => {
      const found = await view.page.evaluate(() => ({
        hacked: 'hacked' in window,
        elements: document.querySelectorAll('.nrp :is(img, script, b)').length,
        wide: [...document.querySelectorAll('.nrp')].some((root) => root.scrollWidth > root.clientWidth + 1),
      }));
      assert.deepEqual(found, { hacked: false, elements: 0, wide: false });
    };
    await view.setWidth(320);
    assert.match(await textOf(view.row('<img')), /onerror="window\.hacked=1">\\u202egpj\.exe/);
    await isSafe();
    for (const name of ['executions', 'events', 'overview', 'handlers'] as const) {
      await view.go(name);
      await (name === 'overview' ? view.root.locator('canvas') : view.rows).first().waitFor();
      await isSafe();
    }
    await view.button('Who is called').click();
    await isSafe();
    await view.button('Who is called').click();
    await view
      .row('<img')
      .getByRole('button', { name: /^Delete/ })
      .click();
    await view.page.locator('.nrp-ask').waitFor();
    await isSafe();
    await view.page.keyboard.press('Escape');
    await view.button('More').click();
    await isSafe();
    await view.page.keyboard.press('Escape');
    await view.go('executions');
    for (const [handler, answer] of [
      ['<img', /x{1000}/],
      ['Bytes', /\ufffd/],
      ['Html', /<\/pre><script>window\.hacked=1<\/script>\\u202e\\u0000/],
    ] as const) {
      const cell = view.page.locator('.nrp-c-handler', { hasText: handler });
      await view.rows.filter({ has: cell }).first().click();
      await view.tray.locator('.nrp-text:visible', { hasText: answer }).first().waitFor();
      await isSafe();
    }
    await view.tray.getByText('<b>Anna</b>').waitFor();
    await view.tray.getByRole('button', { name: 'Its event' }).click();
    await view.tray.getByText('Executions in chain order').waitFor();
    await isSafe();
    assert.deepEqual(view.editor.problems, []);
    await view.close();
  });

  for (const [kind, answer] of [
    ['blocked', undefined],
    ['broken', 'export const = ;'],
  ] as const) {
    it(`says so and offers another try when its script is ${kind}; the editor works all the same`, async () => {
      const editor = await Editor.open(
        browserWhere((route) =>
          answer === undefined
            ? route.abort()
            : route.fulfill({ contentType: 'text/javascript', body: answer }),
        ),
        red,
      );
      await editor.page.evaluate("RED.sidebar.show('provisioning-tab')");
      await editor.page.getByText('The Provisioning tab could not be loaded').waitFor();
      await editor.drag('provisioning-log', 200, 300);
      await editor.page.getByRole('button', { name: 'Retry' }).click();
      await editor.page.getByText('The Provisioning tab could not be loaded').waitFor();
      await editor.page.unroute(script);
      await editor.page.getByRole('button', { name: 'Retry' }).click();
      await editor.page.locator('.nrp-head').waitFor();
      await editor.close();
    });
  }

  it('loads and draws where the browser tells a language that is no tag, as some systems make it do', async () => {
    const view = await Tab.open(
      Object.assign(Object.create(browser) as Browser, {
        newPage: async (options: BrowserContextOptions) => {
          const page = await browser.newPage({ ...options, locale: 'en-US' });
          await page.addInitScript(() => {
            Object.defineProperty(navigator, 'language', { get: () => 'en-US@posix' });
            Object.defineProperty(navigator, 'languages', { get: () => ['en-US@posix'] });
          });
          return page;
        },
      }),
      red,
      // None was chosen in the editor: it goes by the browser's.
      { language: '' },
    );
    await fire('in-any-language');
    await view.go('executions');
    await view.row('Bytes').first().waitFor();
    await view.go('overview');
    await view.root.locator('canvas').first().waitFor();
    assert.deepEqual(view.editor.problems, []);
    await view.close();
  });

  it('waits for a slow script while the editor works', async () => {
    const underWay = Promise.withResolvers<void>();
    const editor = await Editor.open(
      browserWhere(async (route) => {
        await underWay.promise;
        await route.continue();
      }),
      red,
    );
    await editor.page.evaluate("RED.sidebar.show('provisioning-tab')");
    await editor.page.locator('.nrp').getByText('Loading').waitFor();
    await editor.drag('provisioning-log', 200, 300);
    underWay.resolve();
    await editor.page.locator('.nrp-head').waitFor();
    assert.deepEqual(editor.problems, []);
    await editor.close();
  });

  it('stops asking and listening while another tab is shown, and is up to date when it comes back', async () => {
    const view = await Tab.open(browser, red);
    await view.go('executions');
    await view.rows.first().waitFor();
    await view.page.evaluate("RED.sidebar.show('info')");
    await view.root.waitFor({ state: 'detached' });
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await fire('while-away');
    await sleep(1500);
    assert.deepEqual(
      asked.filter((url) => url.includes('/provisioning/')),
      [],
    );
    await view.show();
    await view.row('Bytes').first().waitFor();
    await view.setWidth(1000);
    await view.row('while-away').first().waitFor();
    await view.close();
  });

  it('stops asking and listening while the browser shows another page, and is up to date when it comes back', async () => {
    await fire('page-here');
    const view = await Tab.open(browser, red);
    await view.setWidth(1000);
    await view.go('executions');
    await view.rows.first().waitFor();
    const hide = (hidden: boolean) =>
      view.page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await hide(true);
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await fire('page-away');
    await sleep(1500);
    assert.deepEqual(
      asked.filter((url) => url.includes('/provisioning/')),
      [],
    );
    await hide(false);
    await view.row('page-away').first().waitFor();
    await view.close();
  });

  it('fires a test event though the tab was never shown', async () => {
    const editor = await Editor.open(browser, red);
    await editor.page.evaluate("RED.actions.invoke('provisioning:fire-test-event')");
    await editor.page.locator('.nrp-tray').getByText('past the canvas').waitFor();
    assert.deepEqual(editor.problems, []);
    await editor.close();
  });

  it('tells that Node-RED does not answer, and recovers without a reload when it is back', async () => {
    const view = await Tab.open(browser, red, { viewport: { width: 1700, height: 900 } });
    await view.setWidth(1000);
    await view.go('executions');
    await view.rows.first().waitFor();
    await red.stop();
    await view.root.getByText('Node-RED does not answer').waitFor();
    assert.ok((await view.rows.count()) > 0);
    const foot = view.root.locator('.nrp-foot');
    assert.match(await textOf(foot), /No answer/);
    assert.doesNotMatch(await textOf(foot), /Live/);
    red = await startNodeRed({ flows: flows(), userDir, settings: { uiPort } });
    await view.root.getByText('Node-RED does not answer').waitFor({ state: 'detached', timeout: 20_000 });
    await foot.getByText('Live').waitFor();
    await fire('after-restart');
    await view.row('after-restart').first().waitFor();
    await view.close();
  });

  const wrongFlows = [
    tab,
    registry({ id: 'wrong', name: 'Wrong', concurrency: -1 }),
    executor({ registry: 'wrong' }),
  ];

  for (const name of ['handlers', 'executions', 'events', 'overview'] as const)
    it(`says that what it shows can no longer be read, until it can: ${name}`, async () => {
      await fire('read-before');
      const view = await Tab.open(browser, red);
      const answered = { status: 500, json: { error: { code: 'internal', message: 'out of order' } } };
      const route = name === 'overview' ? 'stats' : name;
      await view.go(name);
      await (name === 'overview' ? view.root.locator('canvas') : view.rows).first().waitFor();
      await view.page.route(`**/registries/registry/${route}*`, (route) => route.fulfill(answered));
      await view.root.getByRole('alert').getByText('out of order').waitFor();
      assert.equal(await view.root.getByText('Live', { exact: true }).count(), 0);
      await view.page.unrouteAll();
      await view.root.getByText('out of order').waitFor({ state: 'detached' });
      await (name === 'overview' ? view.root.locator('canvas') : view.rows).first().waitFor();
      await view.close();
    });

  it('tells of a registry in error, and of one that is orphaned', async () => {
    await red.deploy(wrongFlows);
    const view = await Tab.open(browser, red);
    await view.root.getByText(/Wrong: .*concurrency/).waitFor();
    await view.root.getByText(/registry is no longer deployed/).waitFor();
    await view.button('Edit the registry').click();
    await (await view.editor.dialog('config')).cancel();
    await view.close();
  });

  it('shows no other registry in the place of a chosen one that can not be read, and all when it is gone', async () => {
    await red.deploy(wrongFlows);
    const view = await Tab.open(browser, red);
    await view.root.getByRole('combobox', { name: 'Registry' }).selectOption({ label: 'Wrong' });
    for (const name of ['executions', 'events'] as const) {
      await view.go(name);
      await view.root.getByText('No log to read').waitFor();
    }
    await red.deploy(flows());
    await view.rows.first().waitFor();
    await view.go('handlers');
    await view.row('Bytes').first().waitFor();
    await view.close();
  });

  it('teaches how to begin where there is nothing yet', async () => {
    const fresh = await startNodeRed({ flows: [tab] });
    const view = await Tab.open(browser, fresh);
    await view.root.getByText('No registry yet').waitFor();
    await view.button('New registry').click();
    const dialog = await view.editor.dialog('config');
    await dialog.fill('name', 'Billing');
    await dialog.save();
    await view.editor.deploy();
    await view.root.getByText('No handler yet').waitFor();
    await view.button('Open the examples').click();
    await view.page.locator('#red-ui-clipboard-dialog-import-tab-examples').waitFor();
    await view.close();
    await fresh.stop();
  });
});
