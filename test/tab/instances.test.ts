import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { Cluster, type Instance } from '../support/cluster.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { Tab } from '../support/tab.ts';

describe('the tab of one of two Node-REDs with the same registry', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let server: MisbehavingServer;
  let browser: Browser;
  let view: Tab;
  let one: Instance;
  let other: Instance;

  before(async () => {
    server = await misbehavingServer();
    cluster = await Cluster.start(2, [
      tab,
      registry(),
      intakeNode('/in'),
      executor(),
      httpHandler(server.url, { id: 'crm', name: 'CRM' }),
    ]);
    [one, other] = cluster.instances as [Instance, Instance];
    browser = await launchBrowser();
    view = await Tab.open(browser, one.red);
  });
  after(async () => {
    await browser?.close();
    await cluster?.end();
    await server?.close();
  });

  const instances = () => view.root.locator('.nrp-instances li');

  it('shows at once what the other one calls', async () => {
    await view.go('executions');
    const response = await fetch(`${other.red.url}/in`, postJson(envelope(4711)));
    assert.equal(response.status, 202);
    await view.row('4711').getByText('Success').waitFor({ timeout: 5000 });
  });

  it('switches for both', async () => {
    await view.go('handlers');
    await view.row('CRM').getByRole('switch').click();
    await view.row('Disabled by').waitFor();
    await fetch(`${other.red.url}/in`, postJson(envelope(4712)));
    await view.go('events');
    await view.row('4712').getByText('Unhandled').waitFor({ timeout: 5000 });
  });

  it('lists both, with what each has in hand, and knows when one is gone', async () => {
    await view.go('overview');
    await instances().nth(1).waitFor();
    const texts = await instances().allTextContents();
    assert.equal(texts.filter((text) => text.includes('this one')).length, 1);
    for (const text of texts) assert.match(text, /started .*0 under way.*50 % of the slots/s);
    await cluster.kill(other);
    await instances().nth(1).waitFor({ state: 'detached', timeout: 30_000 });
    assert.match((await instances().textContent()) ?? '', /100 % of the slots/);
  });
});
