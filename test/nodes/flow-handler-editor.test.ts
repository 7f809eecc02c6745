import assert from 'node:assert/strict';
import type { Editor } from '../support/editor.ts';
import { EditorSuite } from '../support/editor-suite.ts';
import { eventually } from '../support/eventually.ts';
import type { FlowNode } from '../support/node-red.ts';

const tab: FlowNode = { id: 'tab1', type: 'tab', label: 'Flow 1' };
const elsewhere: FlowNode = { id: 'tab2', type: 'tab', label: '<b>Flow 2</b>' };
const registry: FlowNode = { id: 'registry1', type: 'provisioning-registry', name: 'Billing' };
const handler = (id: string, name: string, rest: object = {}): FlowNode => ({
  id,
  type: 'provisioning-handler',
  registry: 'registry1',
  name,
  events: ['clients.*'],
  ...rest,
});
const flowHandler = handler('handler1', 'Mailbox', { handlerType: 'flow' });
const httpHandler = handler('handler2', 'CRM', { handlerType: 'http', url: 'http://127.0.0.1:9/crm' });
const placed = (id: string, type: string, rest: object = {}): FlowNode => ({
  id,
  type,
  z: 'tab1',
  x: 200,
  y: 80,
  wires: [],
  ...rest,
});
const handlerIn = placed('in1', 'provisioning-handler-in', { handler: 'handler1', wires: [['reply1']] });
const reply = placed('reply1', 'provisioning-handler-reply', { x: 450 });
const everything = [tab, registry, flowHandler, httpHandler, handlerIn, reply];

describe('the editor of a flow as a handler', function () {
  this.timeout(60_000);

  const suite = new EditorSuite(everything);
  let editor: Editor;
  const open = async (...opening: Parameters<typeof suite.open>): Promise<void> => {
    editor = await suite.open(...opening);
  };
  const deployed = (id: string) => suite.deployed(id);

  /** What is written below a node on the canvas. */
  const statusOf = (id: string) => editor.node(id).locator('.red-ui-flow-node-status-label');

  it('leads from nothing to a handler: its dialog opens from the in node, as one of the type flow', async () => {
    await open([tab, registry]);
    const inId = await editor.drag('provisioning-handler-in', 150, 80);
    const replyId = await editor.drag('provisioning-handler-reply', 400, 80);
    const inDialog = await editor.edit(inId);
    const handlerDialog = await inDialog.add('handler');
    assert.equal(await handlerDialog.field('handlerType').inputValue(), 'flow');
    assert.equal(await handlerDialog.field('registry').inputValue(), 'registry1');
    await handlerDialog.fill('name', 'Mailbox');
    await handlerDialog.enter(
      (await handlerDialog.addRow('provisioning-handler-events')).locator('input'),
      'clients.*',
    );
    await handlerDialog.save();
    await inDialog.save();

    const [handlerId = ''] = await editor.idsOf('provisioning-handler');
    for (const id of [inId, replyId, handlerId]) assert.deepEqual(await editor.errorsOf(id), [], id);
    await editor.node(inId).filter({ hasText: 'Mailbox' }).waitFor();
    await editor.deploy();
    const { handler, configVersion } = await deployed(inId);
    assert.deepEqual([handler, configVersion], [handlerId, 1]);
    assert.equal((await deployed(replyId))['outcome'], 'message');
    assert.equal((await deployed(handlerId))['handlerType'], 'flow');
  });

  it('gives a new in node the only flow handler whose turns come out nowhere', async () => {
    await open([tab, registry, flowHandler, httpHandler]);
    const first = await editor.drag('provisioning-handler-in', 150, 80);
    const second = await editor.drag('provisioning-handler-in', 150, 160);
    assert.equal((await editor.saved(first))['handler'], flowHandler.id);
    assert.equal((await editor.saved(second))['handler'], '');
  });

  it('marks no node as changed that was only looked at', async () => {
    await open(everything);
    const saveAll = async () => {
      for (const id of ['in1', 'reply1']) await (await editor.edit(id)).save();
      await (await editor.editConfig('provisioning-handler', 'handler1')).save();
    };
    // The first time, what is absent in these flows gets its default.
    await saveAll();
    await editor.deploy();
    await saveAll();
    assert.equal(await editor.isDirty(), false);
  });

  describe('the dialog of the in node', () => {
    it('offers handlers of the type flow only', async () => {
      await open(everything);
      const dialog = await editor.edit('in1');
      const offered = await dialog.field('handler').locator('option').allTextContents();
      assert.deepEqual(offered, ['10 Mailbox → flow', 'none']);
    });

    it('says what is wrong with its handler', async () => {
      const wrong = (id: string, handler: string, rest: object = {}) =>
        placed(id, 'provisioning-handler-in', { handler, wires: [[]], ...rest });
      await open([
        ...everything,
        handler('handler3', 'Unfinished', { handlerType: 'flow', events: [] }),
        wrong('none', ''),
        wrong('gone', 'no-such-handler'),
        wrong('http', 'handler2'),
        wrong('unfinished', 'handler3'),
        wrong('taken', 'handler1', { name: 'Again' }),
      ]);
      const problems = {
        none: /Handler/,
        gone: /Choose a handler of the type Flow/,
        http: /The handler is not of the type Flow/,
        unfinished: /The handler is not fully configured/,
        taken: /comes out at another node already: in1/,
        in1: /comes out at another node already: Again/,
      };
      for (const [id, problem] of Object.entries(problems)) {
        assert.match((await editor.errorsOf(id)).join(), problem, id);
      }
    });

    it('is told when its handler becomes one of another type', async () => {
      await open(everything);
      assert.deepEqual(await editor.errorsOf('in1'), []);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      await dialog.choose('handlerType', 'http');
      await dialog.fill('url', 'http://127.0.0.1:9/mailbox');
      await dialog.save();
      assert.match((await editor.errorsOf('in1')).join(), /not of the type Flow/);
    });
  });

  it('keeps the outcome of a reply node and explains it', async () => {
    await open(everything);
    const dialog = await editor.edit('reply1');
    const hint = dialog.form.locator('#provisioning-handler-reply-outcome');
    assert.match((await hint.textContent()) ?? '', /^Succeeded, with msg\.payload as the response/);
    await dialog.choose('outcome', 'failed');
    assert.match((await hint.textContent()) ?? '', /^Failed, with msg\.error or else msg\.payload/);
    await dialog.fill('name', 'No mailbox');
    await dialog.save();
    await editor.deploy();
    const { outcome, name } = await deployed('reply1');
    assert.deepEqual([outcome, name], ['failed', 'No mailbox']);
    const again = await editor.edit('reply1');
    assert.equal(await again.choice('outcome').locator('[aria-pressed="true"]').textContent(), 'Failed');
  });

  describe('the dialog of a handler of the type flow', () => {
    it('shows where its turn comes out, and leads there', async () => {
      await open([tab, elsewhere, registry, flowHandler, { ...handlerIn, z: 'tab2', wires: [[]] }]);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      assert.ok(!(await dialog.field('url').isVisible()));
      assert.ok(!(await dialog.field('command').isVisible()));
      const place = dialog.form.locator('#provisioning-handler-entrances button');
      assert.equal((await place.textContent())?.trim(), '<b>Flow 2</b> → Mailbox');
      await place.click();
      await editor.node('in1').waitFor();
      const shown = () => editor.page.locator('#red-ui-workspace-tabs li.active').textContent();
      await eventually('the other flow is shown', async () => (await shown())?.includes('Flow 2'));
      await dialog.save();
      assert.deepEqual(await editor.errorsOf('handler1'), []);
    });

    it('says what is missing when no in node refers to it', async () => {
      await open([tab, registry, flowHandler]);
      const dialog = await editor.editConfig('provisioning-handler', 'handler1');
      const entrances = dialog.form.locator('#provisioning-handler-entrances');
      assert.match((await entrances.textContent()) ?? '', /No “handler in” node refers to this handler yet/);
    });
  });

  for (const { language, idle, second, none } of [
    { language: 'en-US', idle: 'idle', second: 'handler is taken', none: 'no handler' },
    { language: 'de', idle: 'bereit', second: 'Handler vergeben', none: 'kein Handler' },
  ]) {
    it(`says on the canvas how nodes are, in ${language}`, async () => {
      await open(
        [
          ...everything,
          { ...handlerIn, id: 'in2', y: 160, wires: [[]] },
          { ...handlerIn, id: 'in3', y: 240, handler: '', wires: [[]] },
          placed('executor1', 'provisioning-executor', {
            y: 320,
            registry: 'registry1',
            wires: [[], [], []],
          }),
        ],
        { language },
      );
      const texts = () =>
        Promise.all(['executor1', 'in2', 'in3'].map((id) => statusOf(id).textContent({ timeout: 1000 })));
      const expected = [idle, second, none];
      await eventually('the statuses', async () => {
        assert.deepEqual(await texts(), expected);
        return true;
      });
      for (const id of ['in1', 'reply1']) {
        const dialog = await editor.edit(id);
        const untranslated = await dialog.form.evaluate((form) =>
          form.textContent?.match(/provisioning-[a-z-]+\.\w+\S*/g),
        );
        assert.equal(untranslated, null);
        await dialog.cancel();
      }
    });
  }
});
