import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { reservedHeaders } from '../../src/engine/words/headers.ts';
import { operationNames } from '../../src/engine/words/operation.ts';
import { axeFindings } from '../support/axe.ts';
import type { Dialog } from '../support/dialog.ts';
import type { Editor } from '../support/editor.ts';
import { EditorSuite } from '../support/editor-suite.ts';
import { eventually } from '../support/eventually.ts';
import type { FlowNode } from '../support/node-red.ts';
import { postJson } from '../support/provisioning-flow.ts';

const tab: FlowNode = { id: 'tab1', type: 'tab', label: 'Flow 1' };
const registry: FlowNode = { id: 'registry1', type: 'provisioning-registry', name: 'Billing' };
const handler: FlowNode = {
  id: 'handler1',
  type: 'provisioning-handler',
  registry: 'registry1',
  name: 'CRM',
  events: ['clients.*'],
  handlerType: 'http',
  url: 'http://127.0.0.1:9/crm',
};
const placed = (id: string, type: string, x: number, y: number, rest: object = {}): FlowNode => ({
  id,
  type,
  z: 'tab1',
  x,
  y,
  registry: 'registry1',
  wires: [],
  ...rest,
});
const event = placed('event1', 'provisioning-event', 150, 80, { eventType: 'clients.create', wires: [[]] });
const executor = placed('executor1', 'provisioning-executor', 400, 80, { wires: [[], [], []] });
const log = placed('log1', 'provisioning-log', 150, 160, { wires: [[]] });
const query = placed('query1', 'provisioning-query', 400, 160, { wires: [[]] });
const everything = [tab, registry, handler, event, executor, log, query];

declare const RED: unknown;

/** `${NAME}`, as a flow holds it. */
const reference = (name: string): string => `\${${name}}`;

describe('the editor', function () {
  this.timeout(60_000);

  const suite = new EditorSuite(everything);
  let editor: Editor;
  const open = async (...opening: Parameters<typeof suite.open>): Promise<void> => {
    editor = await suite.open(...opening);
  };
  const deployed = (id: string) => suite.deployed(id);

  it('has the nodes in a category of their own', async () => {
    await open([tab]);
    const category = editor.page.locator('#red-ui-palette-provisioning');
    const types = await category
      .locator('.red-ui-palette-node')
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-palette-type')));
    assert.deepEqual(types.sort(), [
      'provisioning-event',
      'provisioning-executor',
      'provisioning-handler-in',
      'provisioning-handler-reply',
      'provisioning-log',
      'provisioning-query',
      'provisioning-watch',
    ]);
    const labels = await category.locator('.red-ui-palette-label').allTextContents();
    assert.deepEqual(
      labels.map((label) => label.replace(/\s+/g, ' ')),
      ['event', 'executor', 'execution log', 'watch', 'query', 'handler in', 'handler reply'],
    );
  });

  async function saveAll(): Promise<void> {
    for (const { id } of [event, executor, log, query]) await (await editor.edit(id)).save();
    for (const { id, type } of [registry, handler]) await (await editor.editConfig(type, id)).save();
  }

  // The registration makes Node-RED forget the plugins' pages it kept, which an installation while it runs needs.
  it('has what the dialogs share as a plugin that registers in the runtime', async () => {
    await open([tab]);
    const sets = await suite.nodeRed.get<{ name: string; plugins: { id: string }[] }[]>('plugins');
    const shared = sets.find(({ name }) => name === 'provisioning-dialog');
    assert.deepEqual(
      shared?.plugins.map(({ id }) => id),
      ['provisioning-dialog'],
    );
  });

  it('marks no node as changed that was only looked at', async () => {
    await open(everything);
    // The first time, what is absent in these flows gets its default.
    await saveAll();
    await editor.deploy();
    await saveAll();
    assert.equal(await editor.isDirty(), false);
  });

  it('leads from nothing to a chain: event and executor by drag, registry and handler from their dialogs', async () => {
    await open([tab]);
    const eventId = await editor.drag('provisioning-event', 150, 80);
    const eventDialog = await editor.edit(eventId);
    const whatToDo = eventDialog.form.getByText('There is no registry here yet');
    await whatToDo.waitFor();
    const registryDialog = await eventDialog.add('registry');
    await registryDialog.fill('name', 'Billing');
    await registryDialog.save();
    await whatToDo.waitFor({ state: 'hidden' });
    await eventDialog.fill('eventType', 'clients.create');
    await eventDialog.save();

    const executorId = await editor.drag('provisioning-executor', 400, 80);
    const executorDialog = await editor.edit(executorId);
    const [registryId = ''] = await editor.idsOf('provisioning-registry');
    assert.equal(await executorDialog.field('registry').inputValue(), registryId);
    for (const [name, priority] of [
      ['Mail', '20'],
      ['CRM', '5'],
    ] as const) {
      await editor.page.locator('#provisioning-executor-add-handler').click();
      const handlerDialog = await editor.dialog('config');
      assert.equal(await handlerDialog.field('registry').inputValue(), registryId);
      await handlerDialog.fill('name', name);
      await handlerDialog.fill('priority', priority);
      await handlerDialog.fill('url', 'https://crm.example/hook');
      const missing = handlerDialog.form.getByText('Enter at least one event').filter({ visible: true });
      await missing.waitFor();
      await handlerDialog.enter(
        (await handlerDialog.addRow('provisioning-handler-events')).locator('input'),
        'clients.*',
      );
      await missing.waitFor({ state: 'hidden' });
      await handlerDialog.save();
    }
    const listed = await executorDialog.rows('provisioning-executor-handlers').allTextContents();
    assert.deepEqual(listed, ['5 CRM → httpclients.*', '20 Mail → httpclients.*']);
    await executorDialog.save();

    for (const id of [eventId, executorId, registryId]) assert.deepEqual(await editor.errorsOf(id), []);
    await editor.deploy();
    assert.equal((await deployed(executorId))['registry'], registryId);
    assert.equal((await deployed(eventId))['registry'], registryId);
  });

  it('is toured from the empty tab to a first flow that is called', async () => {
    await open([tab], {});
    const { page } = editor;
    await page.evaluate(() =>
      (RED as unknown as { sidebar: { show(id: string): void } }).sidebar.show('provisioning-tab'),
    );
    await page.getByRole('button', { name: 'Tour: your first flow' }).click();
    const says = async (words: string) => {
      await page.locator('.red-ui-tourGuide-popover').getByText(words).waitFor();
    };
    /** The words make room once the pointer is at what they speak of; the guide stumbles if it ends meanwhile. */
    const goTo = async (place: Locator) => {
      const box = await place.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 40 });
      await page.locator('.red-ui-tourGuide-shade').waitFor({ state: 'hidden' });
      await page.locator('.red-ui-tourGuide-popover[style*="transition: none"]').waitFor();
    };
    await says('Escape key');
    await page.getByRole('button', { name: 'Start' }).click();
    await says('Drag an event node');
    await goTo(editor.paletteNode('provisioning-event'));
    const eventId = await editor.drag('provisioning-event', 150, 200);
    await says('Drag an executor');
    await goTo(editor.paletteNode('provisioning-executor'));
    const executorId = await editor.drag('provisioning-executor', 400, 200);
    await says('Drag a wire');
    await goTo(editor.node(eventId));
    // Ended by mistake, and begun again: it goes on where the flow is.
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.red-ui-tourGuide-popover').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Tour: your first flow' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    await says('Drag a wire');
    await goTo(editor.node(eventId));
    await editor
      .node(eventId)
      .locator('.red-ui-flow-port-output')
      .dragTo(editor.node(executorId).locator('.red-ui-flow-port-input'));
    await says('Double-click the event node');
    await goTo(editor.node(eventId));
    const eventDialog = await editor.edit(eventId);
    const registryDialog = await eventDialog.add('registry');
    await registryDialog.fill('name', 'Billing');
    await registryDialog.save();
    await eventDialog.fill('eventType', 'clients.create');
    await eventDialog.save();
    await says('Double-click the executor');
    await goTo(editor.node(executorId));
    const executorDialog = await editor.edit(executorId);
    await page.locator('#provisioning-executor-add-handler').click();
    const handlerDialog = await editor.dialog('config');
    await handlerDialog.fill('name', 'Echo');
    const row = await handlerDialog.addRow('provisioning-handler-events');
    await handlerDialog.enter(row.locator('input'), 'clients.create');
    await handlerDialog.choose('handlerType', 'local');
    await handlerDialog.fill('command', 'echo-event.sh');
    await handlerDialog.save();
    await executorDialog.save();
    await says('the flow is at work');
    await goTo(page.locator('#red-ui-header-button-deploy'));
    await editor.deploy();
    await says('Press the button at the left');
    // The guide stumbles if it is closed before it has placed its words; then it focuses its button.
    await page.locator('.red-ui-tourGuide-toolbar button:focus').waitFor();
    await page.keyboard.press('Escape');
    await editor.node(eventId).locator('.red-ui-flow-node-button-button').click();
    await eventually('the handler was called', async () => {
      const [{ id } = { id: '' }] = await suite.nodeRed.get<{ id: string }[]>('provisioning/registries');
      const path = `provisioning/registries/${id}/executions`;
      const { items } = await suite.nodeRed.get<{ items: { status: string }[] }>(path);
      return items[0]?.status === 'succeeded';
    });
  });

  it('gives a new node the only registry there is, and chooses it in the dialog of one that has none', async () => {
    const bare = placed('bare', 'provisioning-executor', 400, 80, { registry: '', wires: [[], [], []] });
    await open([tab, registry, bare]);
    for (const [row, type] of ['event', 'executor', 'log', 'watch'].entries()) {
      const id = await editor.drag(`provisioning-${type}`, 150, 80 + 80 * row);
      assert.equal((await editor.saved(id))['registry'], 'registry1', type);
      assert.deepEqual(await editor.errorsOf(id), [], type);
    }
    const dialog = await editor.edit('bare');
    assert.equal(await dialog.field('registry').inputValue(), 'registry1');
    await eventually('handlers can be added', () =>
      dialog.form.locator('#provisioning-executor-add-handler').isEnabled(),
    );
    await dialog.save();
    await editor.deploy();
    assert.equal((await deployed('bare'))['registry'], 'registry1');
  });

  it('chooses no registry where there are two, or the only one is of another flow', async () => {
    await open([tab, registry, { ...registry, id: 'registry2' }]);
    const undecided = await editor.drag('provisioning-executor', 150, 80);
    assert.equal((await editor.saved(undecided))['registry'], '');
    const other = { id: 'tab2', type: 'tab', label: 'Flow 2' };
    await open([tab, other, { ...registry, z: 'tab2' }]);
    const homeless = await editor.drag('provisioning-executor', 150, 80);
    assert.equal((await editor.saved(homeless))['registry'], '');
    const dialog = await editor.edit(homeless);
    await dialog.form.getByText('There is no registry here yet').waitFor();
  });

  describe('the dialog of the registry', () => {
    it('keeps what is entered, over a deploy', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-registry', 'registry1');
      const numbers = {
        concurrency: '8',
        claimSeconds: '90',
        retentionDays: '0',
        retentionEvents: reference('KEEP'),
      };
      for (const [property, value] of Object.entries(numbers)) await dialog.fill(property, value);
      await dialog.choose('ordering', 'none');
      const row = await dialog.addRow('provisioning-registry-event-types');
      await dialog.enter(row.locator('[name="id"]'), 'shop.order.create');
      await dialog.enter(row.locator('[name="title"]'), 'Order placed');
      await dialog.enter(row.locator('[name="object"]'), 'shop.order');
      await dialog.enter(row.locator('.red-ui-typedInput-input'), '{"total": 12.5}');
      await dialog.save();
      await editor.deploy();

      const saved = await deployed('registry1');
      const eventTypes = [
        { id: 'shop.order.create', title: 'Order placed', object: 'shop.order', sample: { total: 12.5 } },
      ];
      assert.deepEqual({ ...saved, ...numbers, ordering: 'none', eventTypes }, saved);

      const again = await editor.editConfig('provisioning-registry', 'registry1');
      for (const [property, value] of Object.entries(numbers)) {
        assert.equal(await again.field(property).inputValue(), value, property);
      }
      assert.equal(await again.field('ordering').inputValue(), 'none');
      const [fields] = [again.rows('provisioning-registry-event-types').first()];
      assert.equal(await fields.locator('[name="id"]').inputValue(), 'shop.order.create');
      assert.equal(await fields.locator('.red-ui-typedInput-input').inputValue(), '{"total":12.5}');
    });

    it('shows the default where a flow has nothing', async () => {
      await open([tab, { ...registry, retentionDays: 0 }]);
      const dialog = await editor.editConfig('provisioning-registry', 'registry1');
      assert.equal(await dialog.field('retentionDays').inputValue(), '0');
      assert.equal(await dialog.field('retentionEvents').inputValue(), '1000000');
      assert.equal(await dialog.field('concurrency').inputValue(), '64');
      assert.equal(await dialog.field('ordering').inputValue(), 'object');
    });

    it('says what is wrong with a value', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-registry', 'registry1');
      await dialog.fill('concurrency', '2000');
      assert.equal(
        await dialog.problemOf(dialog.field('concurrency')),
        `A whole number from 1 to 1024, or ${reference('NAME')}`,
      );
      const row = await dialog.addRow('provisioning-registry-event-types');
      await dialog.enter(row.locator('[name="id"]'), 'shop order');
      assert.match(await dialog.problemOf(row.locator('[name="id"]')), /segments joined by dots/);
      await dialog.enter(row.locator('.red-ui-typedInput-input'), '[1]');
      assert.match(
        await dialog.problemOf(row.locator('.red-ui-typedInput-container')),
        /The sample must be a JSON object/,
      );
      await dialog.save();
      assert.equal((await editor.errorsOf('registry1')).length, 2);
    });

    it('offers an own event type in the other dialogs before it is deployed', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-registry', 'registry1');
      const row = await dialog.addRow('provisioning-registry-event-types');
      await dialog.enter(row.locator('[name="id"]'), 'shop.order.create');
      await dialog.enter(row.locator('[name="title"]'), 'Order placed');
      await dialog.save();

      const eventDialog = await editor.edit('event1');
      await eventDialog.fill('eventType', '');
      await eventDialog.field('eventType').pressSequentially('placed');
      await editor.suggestions().getByText('shop.order.create').waitFor();
      await editor.page.keyboard.press('Enter');
      assert.equal(await eventDialog.field('eventType').inputValue(), 'shop.order.create');
      await eventually('the title', async () =>
        (await eventDialog.form.textContent())?.includes('Order placed'),
      );
    });
  });

  describe('the dialog of a handler', () => {
    it('starts with the defaults, nought too, in the only registry there is', async () => {
      await open([tab, registry]);
      const dialog = await editor.editConfig('provisioning-handler');
      const defaults = {
        registry: 'registry1',
        priority: '10',
        timeoutSeconds: '15',
        concurrency: '16',
        ratePerSecond: '0',
        retryOn: 'transient',
      };
      for (const [property, value] of Object.entries(defaults)) {
        assert.equal(await dialog.field(property).inputValue(), value, property);
      }
      const delays = dialog.form.locator('#provisioning-handler-retry-delays');
      assert.equal(await delays.inputValue(), '5s, 5m, 30m, 2h, 5h, 10h, 10h');
    });

    it('keeps an HTTP handler, over a deploy', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      await dialog.fill('name', 'Softswitch');
      await dialog.fill('priority', '3');
      await dialog.choose('handlerStatus', 'disabled');
      await dialog.enter(
        (await dialog.addRow('provisioning-handler-events')).locator('input'),
        'importd.process_failed',
      );
      await dialog.fill('url', 'https://switch.example/provision');
      await dialog.choose('auth', 'bearer');
      await dialog.fill('token', 'a-token');
      const header = await dialog.addRow('provisioning-handler-headers');
      await dialog.enter(header.locator('[name="name"]'), 'X-Account');
      await dialog.enter(header.locator('.red-ui-typedInput-input'), '12');
      await dialog.fill('timeoutSeconds', '2.5');
      await dialog.choose('onFailure', 'stop');
      // It was saved before there was a choice.
      assert.equal(await dialog.field('retryOn').inputValue(), 'any');
      assert.match(
        (await dialog.form.locator('#provisioning-handler-retry-on').textContent()) ?? '',
        /Whatever/,
      );
      await dialog.choose('retryOn', 'transient');
      assert.match(
        (await dialog.form.locator('#provisioning-handler-retry-on').textContent()) ?? '',
        /408, 409/,
      );
      await dialog.enter(dialog.form.locator('#provisioning-handler-retry-delays'), '10, 1m 2h; 1d');
      await dialog.fill('concurrency', '4');
      await dialog.fill('ratePerSecond', '0.5');
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('handler1'), []);
      await editor.deploy();

      const saved = await deployed('handler1');
      const expected = {
        name: 'Softswitch',
        priority: '3',
        handlerStatus: 'disabled',
        events: ['clients.*', 'importd.process_failed'],
        handlerType: 'http',
        url: 'https://switch.example/provision',
        auth: 'bearer',
        headers: [{ name: 'X-Account', value: '12' }],
        timeoutSeconds: '2.5',
        onFailure: 'stop',
        retryDelays: [10, 60, 7200, 86400],
        concurrency: '4',
        ratePerSecond: '0.5',
        retryOn: 'transient',
        configVersion: 2,
      };
      assert.deepEqual({ ...saved, ...expected }, saved);

      const again = await editor.editConfig('provisioning-handler', 'handler1');
      const events = again.rows('provisioning-handler-events').locator('input');
      assert.equal(await events.first().inputValue(), 'clients.*');
      assert.equal(
        await again.form.locator('#provisioning-handler-retry-delays').inputValue(),
        '10s, 1m, 2h, 1d',
      );
      assert.equal(
        await again.choice('handlerStatus').locator('[aria-pressed="true"]').textContent(),
        'Disabled',
      );
    });

    it('folds what few change, and says what a closed section holds', async () => {
      const signed = { credentials: { signingSecret: 'whsec_dGhlLXNpZ25pbmctc2VjcmV0' } };
      const headers = [{ name: 'X-Account', value: '12' }];
      await open([tab, registry, { ...handler, ...signed, headers, configVersion: 2 }]);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const holds = (name: string) => dialog.section(name).locator('.provisioning-section-holds');
      const expected = {
        request: 'X-Account',
        authentication: 'None',
        signature: 'Signed',
        connection: 'As Node-RED has it',
        failure: '7 retries, the first after 5s',
        limits: 'Timeout 15 s · 16 at a time',
      };
      for (const [name, text] of Object.entries(expected)) {
        assert.equal(await holds(name).textContent(), text);
        assert.ok(await holds(name).isVisible(), name);
      }
      assert.ok(!(await dialog.section('input').isVisible()), 'that is of scripts');
      await dialog.choose('auth', 'bearer');
      await dialog.fill('token', 'a-token');
      await dialog.choose('onFailure', 'stop');
      await dialog.enter(dialog.form.locator('#provisioning-handler-retry-delays'), '10');
      await dialog.fill('ratePerSecond', '5');
      for (const name of ['authentication', 'failure', 'limits']) {
        assert.ok(!(await holds(name).isVisible()), `${name} is open`);
        await dialog.section(name).locator('> summary').click();
      }
      assert.equal(await holds('authentication').textContent(), 'Bearer');
      assert.equal(await holds('failure').textContent(), 'Stop on failure · 1 retry, after 10s');
      assert.equal(await holds('limits').textContent(), 'Timeout 15 s · 16 at a time · 5 per second');
    });

    it('folds by the keyboard, and opens again what was left open', async () => {
      await open(everything, {});
      const first = await editor.editConfig('provisioning-handler', 'handler1');
      const summary = first.section('limits').locator('> summary');
      await summary.focus();
      await editor.page.keyboard.press('Enter');
      assert.ok(await first.field('concurrency').isVisible());
      await first.cancel();
      await editor.page.reload();
      await editor.ready();
      const again = await editor.editConfig('provisioning-handler', 'handler1');
      assert.ok(await again.field('concurrency').isVisible());
      assert.ok(!(await again.field('onFailure').isVisible()));
      await again.section('limits').locator('> summary').focus();
      await editor.page.keyboard.press('Space');
      assert.ok(!(await again.field('concurrency').isVisible()));
    });

    for (const theme of ['light', 'dark'] as const) {
      it(`has sections that everybody can read and use, ${theme}`, async () => {
        await open([tab, registry, { ...handler, id: 'tokenless' }], { theme });
        const dialog = await editor.editConfig('provisioning-handler', 'tokenless');
        await dialog.choose('auth', 'bearer');
        await dialog.reveal(dialog.field('signingSecret'));
        assert.deepEqual(await axeFindings(editor.page, '.provisioning-section'), []);
      });
    }

    it('opens a section with a problem by itself, and says so', async () => {
      await open([tab, registry, { ...handler, id: 'tokenless', timeoutSeconds: 'soon' }]);
      const dialog = await editor.editConfig('provisioning-handler', 'tokenless');
      const problem = (name: string) => dialog.section(name).getByText('needs a correction');
      await problem('limits').waitFor();
      assert.ok(await dialog.field('timeoutSeconds').isVisible());
      await dialog.fill('timeoutSeconds', '5');
      await problem('limits').waitFor({ state: 'hidden' });
      // What is chosen in one section can be wrong for what stands in another.
      const header = await dialog.addRow('provisioning-handler-headers');
      await dialog.enter(header.locator('[name="name"]'), 'Authorization');
      await dialog.section('request').locator('> summary').click();
      await dialog.choose('auth', 'bearer');
      await problem('authentication').waitFor();
      await problem('request').waitFor();
      assert.ok(await header.locator('[name="name"]').isVisible());
    });

    it('keeps a local handler, over a deploy, and shows only what that needs', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      assert.ok(await dialog.field('url').isVisible());
      await dialog.choose('handlerType', 'local');
      assert.ok(!(await dialog.field('url').isVisible()));
      await dialog.fill('command', 'block.sh');
      await dialog.choose('mode', 'resident');
      for (const argument of ['--quick', 'a b']) {
        await dialog.enter((await dialog.addRow('provisioning-handler-args')).locator('input'), argument);
      }
      const variable = await dialog.addRow('provisioning-handler-environment');
      await dialog.enter(variable.locator('[name="name"]'), 'NODE_OPTIONS');
      assert.match(
        await dialog.problemOf(variable.locator('[name="name"]')),
        /^NODE_OPTIONS can make the script run other code: .* provisioning\.scriptEnvironment$/,
      );
      await dialog.enter(variable.locator('[name="name"]'), 'HOST');
      assert.equal(await dialog.problemOf(variable.locator('[name="name"]')), '');
      await dialog.enter(variable.locator('.red-ui-typedInput-input'), '10.0.0.1');
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('handler1'), []);
      await editor.deploy();

      const saved = await deployed('handler1');
      const expected = {
        handlerType: 'local',
        command: 'block.sh',
        mode: 'resident',
        args: ['--quick', 'a b'],
        environment: [{ name: 'HOST', value: '10.0.0.1' }],
      };
      assert.deepEqual({ ...saved, ...expected }, saved);
      const again = await editor.editConfig('provisioning-handler', 'handler1');
      assert.deepEqual(
        await Promise.all(
          (await again.rows('provisioning-handler-args').locator('input').all()).map((input) =>
            input.inputValue(),
          ),
        ),
        ['--quick', 'a b'],
      );
    });

    it('warns of a literal secret and keeps a reference to a variable', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const header = await dialog.addRow('provisioning-handler-headers');
      await dialog.enter(header.locator('[name="name"]'), 'X-Api-Key');
      await dialog.enter(header.locator('.red-ui-typedInput-input'), '12345');
      const warning = dialog.form.getByText('looks like a secret').filter({ visible: true });
      await warning.waitFor();
      await dialog.enter(header.locator('.red-ui-typedInput-input'), `Bearer ${reference('TOKEN')}`);
      await warning.waitFor({ state: 'hidden' });
      assert.equal(await dialog.problemOf(header.locator('.red-ui-typedInput-container')), '');
      await dialog.enter(header.locator('.red-ui-typedInput-input'), '12345');
      await warning.waitFor();
      await header.locator('.red-ui-typedInput-type-select').click();
      const menu = editor.page.locator('.red-ui-typedInput-options:visible');
      await menu.getByText('env variable').click();
      await menu.waitFor({ state: 'hidden' });
      await dialog.enter(header.locator('.red-ui-typedInput-input'), 'CRM_KEY');
      await warning.waitFor({ state: 'hidden' });
      await dialog.save();
      assert.deepEqual((await editor.saved('handler1'))['headers'], [
        { name: 'X-Api-Key', value: reference('CRM_KEY') },
      ]);

      const again = await editor.editConfig('provisioning-handler', 'handler1');
      const value = again.rows('provisioning-handler-headers').locator('.red-ui-typedInput-input');
      assert.equal(await value.inputValue(), 'CRM_KEY');
    });

    it('completes an event by its title, and takes own types and patterns', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const completed = (await dialog.addRow('provisioning-handler-events')).locator('input');
      await completed.pressSequentially('balance');
      await editor.suggestions().getByText('clients.balance_zero').click();
      assert.equal(await completed.inputValue(), 'clients.balance_zero');
      const own = (await dialog.addRow('provisioning-handler-events')).locator('input');
      await dialog.enter(own, 'shop.order.create');
      assert.equal(await dialog.problemOf(own), '');
      const wrong = (await dialog.addRow('provisioning-handler-events')).locator('input');
      await dialog.enter(wrong, '*.create');
      assert.match(await dialog.problemOf(wrong), /a group such as clients\.\*/);
      await dialog.enter(wrong, '*');
      await dialog.save();
      const { events } = await editor.saved('handler1');
      assert.deepEqual(events, ['clients.*', 'clients.balance_zero', 'shop.order.create', '*']);
    });

    it('tells of a type that the catalogue does not know what may be meant, and adds it to the own types', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const row = await dialog.addRow('provisioning-handler-events');
      const field = row.locator('input');
      const hint = row.getByRole('status');
      await dialog.enter(field, 'client.created');
      await hint.getByText('The catalogue does not know this type. Did you mean').waitFor();
      assert.equal(await dialog.problemOf(field), '', 'it is no error');
      await hint.getByRole('button', { name: 'clients.create', exact: true }).click();
      assert.equal(await field.inputValue(), 'clients.create');
      await hint.waitFor({ state: 'hidden' });
      await dialog.enter(field, 'client.*');
      await hint.getByText('No type of the catalogue matches this.').waitFor();
      await dialog.enter(field, 'shop.order.create');
      await hint.getByRole('button', { name: 'Add to' }).focus();
      await editor.page.keyboard.press('Enter');
      const registryDialog = await editor.dialog('config');
      const own = registryDialog.rows('provisioning-registry-event-types');
      assert.equal(await own.locator('[name="id"]').inputValue(), 'shop.order.create');
      await registryDialog.enter(own.locator('[name="title"]'), 'Order placed');
      await registryDialog.save();
      await dialog.form.getByText('Order placed').waitFor();
      await hint.waitFor({ state: 'hidden' });
      await dialog.save();
      assert.deepEqual((await editor.saved('handler1'))['events'], ['clients.*', 'shop.order.create']);
      assert.deepEqual(await editor.errorsOf('handler1'), []);
    });

    it('leaves an empty event alone when Tab passes it by', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const field = (await dialog.addRow('provisioning-handler-events')).locator('input');
      await field.click();
      await editor.suggestions().first().waitFor();
      await editor.page.keyboard.press('Tab');
      assert.equal(await field.inputValue(), '');
    });

    it('says what is wrong with a value', async () => {
      await open([tab, registry, { ...handler, events: [], url: 'ftp://crm.example', priority: 'first' }]);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      await dialog.choose('auth', 'basic');
      assert.equal(await dialog.problemOf(dialog.field('user')), 'Enter the user name');
      const header = await dialog.addRow('provisioning-handler-headers');
      await dialog.enter(header.locator('[name="name"]'), 'X Account');
      assert.match(await dialog.problemOf(header.locator('[name="name"]')), /A header name has/);
      for (const name of [...reservedHeaders, 'CONTENT-LENGTH']) {
        await dialog.enter(header.locator('[name="name"]'), name);
        assert.match(
          await dialog.problemOf(header.locator('[name="name"]')),
          new RegExp(`^${name} (?:is|belongs)`),
        );
      }
      await dialog.enter(header.locator('[name="name"]'), 'Host');
      assert.equal(await dialog.problemOf(header.locator('[name="name"]')), '');
      await dialog.enter(header.locator('[name="name"]'), 'X Account');
      const delays = dialog.form.locator('#provisioning-handler-retry-delays');
      await dialog.enter(delays, 'soon');
      assert.match(await dialog.problemOf(delays), /Delays such as 5s/);
      await dialog.save();

      const errors = (await editor.errorsOf('handler1')).join('\n');
      for (const word of [
        'at least one event',
        'begins with http',
        'whole number',
        'user name',
        'header name',
        'Delays',
      ]) {
        assert.ok(errors.includes(word), `${word} in ${errors}`);
      }
      const again = await editor.editConfig('provisioning-handler', 'handler1');
      assert.equal(await again.form.locator('#provisioning-handler-retry-delays').inputValue(), 'soon');
    });

    it('moves the user and password of a URL that is entered to the credentials', async () => {
      await open([tab, registry, { ...handler, id: 'keyless' }]);
      const dialog = await editor.editConfig('provisioning-handler', 'keyless');
      await dialog.fill('url', 'https://me:p%40ss@crm.example/accounts/{objectId}?a=b');
      await dialog.form.getByText('are now under Authentication').waitFor();
      assert.equal(await dialog.field('url').inputValue(), 'https://crm.example/accounts/{objectId}?a=b');
      const entered = ['auth', 'user', 'password'].map((property) => dialog.field(property).inputValue());
      assert.deepEqual(await Promise.all(entered), ['basic', 'me', 'p@ss']);
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('keyless'), []);
      await editor.deploy();
      assert.ok(!JSON.stringify(await deployed('keyless')).includes('ss@'));
    });

    it('leaves the user and password of a URL that a flow has, and offers to move them', async () => {
      const url = 'https://me:pass@crm.example/';
      await open([tab, registry, { ...handler, id: 'saved', url, configVersion: 2 }]);
      const untouched = await editor.editConfig('provisioning-handler', 'saved');
      await untouched.form.getByText('go with every export').waitFor();
      assert.equal(await untouched.problemOf(untouched.field('url')), '');
      await untouched.save();
      assert.equal((await editor.saved('saved'))['url'], url);
      assert.deepEqual(await editor.errorsOf('saved'), []);
      const dialog = await editor.editConfig('provisioning-handler', 'saved');
      await dialog.form.getByRole('button', { name: 'Move to Authentication' }).click();
      await dialog.save();
      const { url: moved, auth } = await editor.saved('saved');
      assert.deepEqual([moved, auth], ['https://crm.example/', 'basic']);
    });

    it('takes the user and password out of a URL where the authentication has always gone before them', async () => {
      const saved = {
        url: 'https://me:pass@crm.example/',
        auth: 'bearer',
        credentials: { token: 'a-token' },
      };
      await open([tab, registry, { ...handler, id: 'both', ...saved }]);
      const dialog = await editor.editConfig('provisioning-handler', 'both');
      await dialog.form.getByRole('button', { name: 'Move to Authentication' }).click();
      await dialog.form.getByText('what is under Authentication is sent').waitFor();
      assert.equal(await dialog.field('auth').inputValue(), 'bearer');
      assert.equal(await dialog.field('url').inputValue(), 'https://crm.example/');
      assert.equal(await dialog.field('user').inputValue(), '');
    });

    it('tells that it is exported with no flow only while that is so', async () => {
      const flow = { ...handler, handlerType: 'flow', url: '' };
      const entrance = placed('in1', 'provisioning-handler-in', 150, 240, { handler: 'used', wires: [[]] });
      const scoped = { ...handler, id: 'scoped', z: 'tab1' };
      await open([tab, registry, handler, scoped, { ...flow, id: 'used' }, entrance]);
      const noteIn = async (id: string) => {
        const dialog = await editor.editConfig('provisioning-handler', id);
        return { dialog, note: dialog.form.getByText('is not exported with any of them') };
      };
      const used = await noteIn('used');
      assert.ok(!(await used.note.isVisible()), 'it goes with the flow of its in node');
      await used.dialog.cancel();
      const local = await noteIn('scoped');
      assert.ok(!(await local.note.isVisible()), 'it goes with its flow');
      await local.dialog.cancel();
      const { note } = await noteIn('handler1');
      assert.ok(await note.isVisible());
      const scope = editor.page.locator('#red-ui-editor-config-scope');
      await scope.selectOption('tab1');
      await note.waitFor({ state: 'hidden' });
      await scope.selectOption('');
      await note.waitFor();
    });

    it('takes a reference to a variable for a number and a URL', async () => {
      const named = {
        priority: reference('PRIORITY'),
        timeoutSeconds: reference('TIMEOUT'),
        concurrency: reference('MANY'),
        url: reference('CRM_URL'),
      };
      await open([tab, registry, { ...handler, ...named }]);
      assert.deepEqual(await editor.errorsOf('handler1'), []);
      await (await editor.editConfig('provisioning-handler', 'handler1')).save();
      const saved = await editor.saved('handler1');
      assert.deepEqual({ ...saved, ...named }, saved);
    });

    it('refuses a place in a subflow', async () => {
      const subflow = { id: 'subflow1', type: 'subflow', name: 'Sub', in: [], out: [] };
      await open([tab, subflow, registry, { ...handler, z: 'subflow1' }]);
      assert.match((await editor.errorsOf('handler1')).join(), /can't live in a subflow/);
    });

    it('makes a new signing secret of 24 bytes', async () => {
      await open(everything);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const generate = dialog.form.getByRole('button', { name: 'Generate', includeHidden: true });
      await dialog.reveal(generate);
      await generate.click();
      const secret = await dialog.field('signingSecret').inputValue();
      assert.match(secret, /^whsec_/);
      assert.equal(Buffer.from(secret.slice('whsec_'.length), 'base64').length, 24);
    });

    it('never gets a credential back', async () => {
      const secrets = {
        user: 'the-user',
        password: 'the-password',
        token: 'the-token',
        signingSecret: 'whsec_dGhlLXNpZ25pbmctc2VjcmV0',
        previousSigningSecret: 'whsec_dGhlLXByZXZpb3VzLW9uZQ==',
      };
      await open([tab, registry, { ...handler, auth: 'basic', credentials: secrets }], {});
      const answers: string[] = [];
      editor.page.on(
        'response',
        (response) =>
          void response.text().then(
            (body) => answers.push(body),
            () => {},
          ),
      );
      await editor.page.reload();
      await editor.ready();
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      assert.equal(await dialog.field('password').inputValue(), '__PWRD__');
      await dialog.save();
      await editor.deploy();
      await editor.editConfig('provisioning-handler', 'handler1');
      assert.ok(
        answers.some((body) => body.includes('has_password')),
        'the credentials were asked for',
      );
      for (const [name, secret] of Object.entries(secrets)) {
        assert.ok(!answers.some((body) => body.includes(secret)), name);
      }
    });

    it("shows an operator's switch, by whom and when, and takes it back", async () => {
      await open(everything);
      const path = 'provisioning/registries/registry1/handlers/handler1';
      const json = { 'content-type': 'application/json' };
      const body = JSON.stringify({ status: 'disabled' });
      assert.ok((await suite.nodeRed.admin(path, { method: 'PATCH', headers: json, body })).ok);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const note = dialog.form.locator('#provisioning-handler-override');
      await note.waitFor();
      assert.match((await note.textContent()) ?? '', /In force now: Disabled/);
      await note.getByRole('button', { name: 'Undo' }).click();
      await note.waitFor({ state: 'hidden' });
      const { items } = await suite.nodeRed.get<{ items: { id: string; override: unknown }[] }>(
        'provisioning/registries/registry1/handlers',
      );
      assert.equal(items.find(({ id }) => id === 'handler1')?.override, null);
    });

    it('shows until when and why an operator holds it', async () => {
      await open(everything);
      const until = '2099-01-31T18:00:00.000Z';
      const path = 'provisioning/registries/registry1/handlers/handler1';
      const switched = (change: object) =>
        suite.nodeRed.admin(path, { ...postJson(change), method: 'PATCH' });
      assert.ok((await switched({ status: 'held', until, reason: '<i>new rack</i>' })).ok);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const note = dialog.form.locator('#provisioning-handler-override');
      await note.waitFor();
      const text = (await note.locator('span').textContent()) ?? '';
      const end = await editor.page.evaluate((until) => new Date(until).toLocaleString(), until);
      assert.ok(text.includes(`until ${end}, <i>new rack</i>`), text);
      assert.match(text, /In force now: Held/);
      assert.ok((await switched({ status: 'enabled' })).ok);
    });
  });

  describe('the dialog of an event node', () => {
    it('keeps what is entered, over a deploy', async () => {
      await open(everything);
      const dialog = await editor.edit('event1');
      await dialog.fill('name', 'From the billing system');
      await dialog.fill('eventType', 'clients.update');
      await dialog.enter(dialog.typedInput('objectId'), 'payload.client');
      await dialog.enter(dialog.typedInput('key'), 'payload.request');
      await dialog.field('intake').check();
      await dialog.fill('path', '/billing/events');
      await dialog.choose('intakeAuth', 'bearer');
      await dialog.fill('intakeToken', 'a-token');
      await dialog.fill('previousIntakeToken', 'the-one-before');
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('event1'), []);
      await editor.deploy();

      const saved = await deployed('event1');
      const expected = {
        name: 'From the billing system',
        eventType: 'clients.update',
        objectId: 'payload.client',
        objectIdType: 'msg',
        data: 'payload',
        dataType: 'msg',
        key: 'payload.request',
        keyType: 'msg',
        intake: true,
        path: '/billing/events',
        intakeAuth: 'bearer',
      };
      assert.deepEqual({ ...saved, ...expected }, saved);
      const again = await editor.edit('event1');
      assert.equal(await again.field('intakeToken').inputValue(), '__PWRD__');
      assert.equal(await again.field('previousIntakeToken').inputValue(), '__PWRD__');
      assert.ok(!(await again.field('previousIntakeSecret').isVisible()), 'that is of a signature');
      assert.equal(await again.typedInput('objectId').inputValue(), 'payload.client');
      assert.ok(await again.field('path').isVisible());
    });

    it('tells of a type that the catalogue does not know what may be meant', async () => {
      await open([
        ...everything,
        { ...registry, id: 'registry2', eventTypes: [{ id: 'shop.sold', title: 'Sold' }] },
      ]);
      const dialog = await editor.edit('event1');
      await dialog.fill('eventType', 'shop.solt');
      const hint = dialog.form.getByRole('status');
      await hint.getByRole('button', { name: 'Add to' }).waitFor();
      assert.ok(!(await hint.textContent())?.includes('shop.sold'), 'that is of another registry');
      await dialog.select('registry', 'registry2');
      await hint.getByRole('button', { name: 'shop.sold' }).click();
      assert.equal(await dialog.field('eventType').inputValue(), 'shop.sold');
      await dialog.form.getByText('Sold', { exact: true }).waitFor();
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('event1'), []);
    });

    it('calls the built-in event types what they are called in the language of the editor', async () => {
      await open(everything, { language: 'de' });
      const dialog = await editor.edit('event1');
      await dialog.form.getByText('Kunde angelegt').waitFor();
      await dialog.fill('eventType', '');
      await dialog.field('eventType').pressSequentially('abonnement verlängert');
      await editor.suggestions().getByText('clients.subscriptions.renew').waitFor();
    });

    it('shows a line to try the intake with, and warns while it is open to all', async () => {
      await open(everything);
      const dialog = await editor.edit('event1');
      const line = dialog.form.locator('#provisioning-event-curl');
      const warning = dialog.form.getByText('can send events here');
      assert.ok(!(await line.isVisible()));
      await dialog.field('intake').check();
      await warning.waitFor();
      await dialog.fill('path', "/it's/here");
      await eventually('the path', async () =>
        (await line.textContent())?.includes(`curl -X POST '${suite.nodeRed.url}/it'\\''s/here'`),
      );
      const shown = (await line.textContent()) ?? '';
      assert.match(shown, /"events_id":"clients\.create"/);
      const [, dt = ''] = /"dt":"([^"]+)"/.exec(shown) ?? [];
      assert.ok(Math.abs(Date.now() - Date.parse(dt)) < 600_000, `of now: ${dt}`);
      assert.equal(shown.match(/"dt"/g)?.length, 1);
      await dialog.choose('intakeAuth', 'basic');
      await warning.waitFor({ state: 'hidden' });
      await eventually('the user', async () => (await line.textContent())?.includes("-u 'user:password'"));
    });

    it('says what is wrong with a value', async () => {
      const first = placed('event2', 'provisioning-event', 150, 240, {
        name: '<b>First</b>',
        intake: true,
        path: '/in',
        wires: [[]],
      });
      await open([...everything, first]);
      const dialog = await editor.edit('event1');
      await dialog.fill('eventType', 'clients create');
      assert.match(await dialog.problemOf(dialog.field('eventType')), /segments joined by dots/);
      await dialog.field('intake').check();
      await dialog.fill('path', 'in');
      assert.match(await dialog.problemOf(dialog.field('path')), /begins with \//);
      await dialog.fill('path', '/in');
      assert.equal(
        await dialog.problemOf(dialog.field('path')),
        'The path is in use by the event node <b>First</b>',
      );
      await dialog.choose('intakeAuth', 'basic');
      assert.equal(await dialog.problemOf(dialog.field('intakePassword')), 'Enter the password');
      await dialog.choose('intakeAuth', 'signature');
      assert.equal(await dialog.problemOf(dialog.field('intakeSecret')), 'Enter the secret');
      await dialog.save();
      assert.equal((await editor.errorsOf('event1')).length, 3);
    });

    it('fires an event by its button, once it is deployed', async () => {
      await open(everything, {});
      const said = (text: string) => editor.page.locator('.red-ui-notification', { hasText: text }).first();
      await editor.node('event1').locator('.red-ui-flow-node-button-button').click();
      await said('Event fired: clients.create').waitFor();
      await suite.nodeRed.deploy([tab, registry, handler]);
      const problems = editor.problems.length;
      await editor.node('event1').locator('.red-ui-flow-node-button-button').click();
      await editor.page.locator('.red-ui-notification-error').waitFor();
      assert.equal(editor.problems.splice(problems).length, 1, 'the browser tells of the 404 too');
    });
  });

  describe('the dialog of a log node', () => {
    it('keeps what is entered, over a deploy', async () => {
      const other = { ...handler, id: 'handler2', name: 'Mail', priority: 20 };
      await open([...everything, other]);
      const dialog = await editor.edit('log1');
      const box = (name: string) => dialog.form.getByRole('checkbox', { name, exact: true });
      assert.ok(await box('failed').isChecked());
      await box('succeeded').check();
      await dialog.enter((await dialog.addRow('provisioning-log-events')).locator('input'), 'clients.*');
      await dialog.form.locator('#provisioning-log-handlers').getByText('20 Mail → http').click();
      await dialog.field('circuits').uncheck();
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('log1'), []);
      await editor.deploy();

      const saved = await deployed('log1');
      const expected = {
        statuses: ['succeeded', 'failed'],
        events: ['clients.*'],
        handlers: ['handler2'],
        circuits: false,
      };
      assert.deepEqual({ ...saved, ...expected }, saved);
      const again = await editor.edit('log1');
      const ticked = again.form.locator('#provisioning-log-handlers li', {
        has: editor.page.locator(':checked'),
      });
      assert.match((await ticked.textContent()) ?? '', /Mail/);
    });

    it('will not report nothing', async () => {
      await open([tab, registry, { ...log, statuses: [], circuits: false }]);
      assert.match((await editor.errorsOf('log1')).join(), /this node would report nothing/);
    });
  });

  describe('the dialog of a watch node', () => {
    const watch = placed('watch1', 'provisioning-watch', 150, 200, { wires: [[]] });

    it('shows what is watched by default, and keeps what is entered, over a deploy', async () => {
      await open([...everything, watch]);
      const dialog = await editor.edit('watch1');
      const shown = ['failures', 'failureMinutes', 'backlogMinutes', 'objectMinutes'];
      const values = await Promise.all(shown.map((name) => dialog.field(name).inputValue()));
      assert.deepEqual(values, ['10', '5', '15', '60']);
      assert.ok(await dialog.field('circuits').isChecked());
      await dialog.enter(dialog.field('failures'), '3');
      await dialog.enter(dialog.field('objectMinutes'), '0');
      await dialog.form.locator('#provisioning-watch-handlers').getByText('CRM').click();
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('watch1'), []);
      await editor.deploy();
      const saved = await deployed('watch1');
      const expected = { failures: '3', objectMinutes: '0', circuits: true, handlers: [handler.id] };
      assert.deepEqual({ ...saved, ...expected }, saved);
    });

    it('will not watch nothing', async () => {
      const off = { failures: 0, circuits: false, backlogMinutes: 0, objectMinutes: 0 };
      await open([tab, registry, { ...watch, ...off }]);
      assert.match((await editor.errorsOf('watch1')).join(), /Nothing is watched/);
    });
  });

  describe("a query node's dialog", () => {
    const operation = (dialog: Dialog) => dialog.field('operation');
    const box = (dialog: Dialog, text: string) => dialog.form.getByLabel(text);
    const missing = (dialog: Dialog) => dialog.form.locator('#provisioning-query-missing');

    it('offers what can be asked, says what it takes, and wants what changes to be granted', async () => {
      await open(everything);
      const dialog = await editor.edit('query1');
      assert.equal(await operation(dialog).inputValue(), '');
      const offered = await operation(dialog)
        .locator('option')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      assert.deepEqual(offered, ['', ...operationNames]);
      assert.ok(await box(dialog, 'Replay').isVisible());
      await operation(dialog).selectOption('executions');
      assert.match(
        (await dialog.form.locator('#provisioning-query-parameters').textContent()) ?? '',
        /eventType\?, handler\?/,
      );
      assert.ok(await box(dialog, 'Replay').isHidden(), 'who only reads needs no grant');
      await operation(dialog).selectOption('hold');
      assert.match(
        (await missing(dialog).textContent()) ?? '',
        /“Switch handlers, .*” must be ticked for it/,
      );
      await dialog.save();
      assert.match((await editor.errorsOf('query1')).join(), /Rights: “Switch handlers/);
      const again = await editor.edit('query1');
      await box(again, 'Switch handlers').check();
      assert.ok(await missing(again).isHidden());
      await again.field('flat').check();
      await again.save();
      assert.deepEqual(await editor.errorsOf('query1'), []);
      await editor.deploy();
      const saved = await deployed('query1');
      assert.deepEqual({ ...saved, operation: 'hold', flat: true, grants: ['switch'] }, saved);
    });

    it('keeps an operation that the environment names', async () => {
      await open([tab, registry, { ...query, operation: reference('OPERATION'), grants: ['replay'] }]);
      const dialog = await editor.edit('query1');
      assert.equal(await operation(dialog).inputValue(), reference('OPERATION'));
      assert.ok(await box(dialog, 'Replay').isChecked());
      await dialog.fill('name', 'Ask');
      await dialog.save();
      await editor.deploy();
      const saved = await deployed('query1');
      assert.deepEqual({ ...saved, operation: reference('OPERATION'), grants: ['replay'] }, saved);
    });

    for (const theme of ['light', 'dark'] as const)
      it(`can be used by everybody, in the ${theme} theme`, async () => {
        await open(everything, { theme });
        const dialog = await editor.edit('query1');
        await operation(dialog).selectOption('cancel-all');
        assert.deepEqual(await axeFindings(editor.page, '#dialog-form > .form-row'), []);
        await dialog.cancel();
      });
  });

  it('is done with the handlers that an executor shows once that is deleted in its dialog', async () => {
    await open(everything);
    const warnings: string[] = [];
    editor.page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    await editor.edit('executor1');
    await editor.page.locator('#node-dialog-delete').click();
    await editor.page.locator('.red-ui-tray').last().waitFor({ state: 'detached' });
    await editor.drag('provisioning-event', 150, 240);
    assert.deepEqual(warnings, []);
  });

  it('shows what stands in a flow as text', async () => {
    const html = '<img src=x onerror="document.title=`broken`">';
    const own = { id: 'a.b', title: html, sample: {} };
    await open([
      tab,
      { ...registry, name: html, eventTypes: [own] },
      { ...handler, name: html, events: ['a.b', html] },
      { ...event, eventType: 'a.b', name: html, intake: true, path: `/${html}` },
      executor,
      log,
    ]);
    for (const { id } of [event, executor, log]) await (await editor.edit(id)).cancel();
    for (const { id, type } of [registry, handler]) await (await editor.editConfig(type, id)).cancel();
    assert.ok(!(await editor.page.title()).includes('broken'));
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`speaks German to a German, in the ${theme} theme`, async () => {
      await open(everything, { language: 'de', theme });
      assert.match((await editor.paletteNode('provisioning-log').textContent()) ?? '', /Ausführungslog/);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      assert.deepEqual(await dialog.choice('handlerStatus').locator('button').allTextContents(), [
        'Aktiv',
        'Angehalten',
        'Inaktiv',
        'Archiviert',
      ]);
      const untranslated = await dialog.form.evaluate((form) =>
        form.textContent?.match(/provisioning-[a-z]+\.\w+\S*/g),
      );
      assert.equal(untranslated, null);
      assert.equal(await editor.page.locator('html.nr-theme-dark').count(), theme === 'dark' ? 1 : 0);
    });
  }
});
