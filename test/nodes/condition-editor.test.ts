import assert from 'node:assert/strict';
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
  events: ['clients.create'],
  handlerType: 'http',
  url: 'http://127.0.0.1:9/crm',
  retryDelays: [],
  configVersion: 2,
};

describe("the condition in a handler's dialog", function () {
  this.timeout(60_000);
  const suite = new EditorSuite([tab, registry, handler]);
  let editor: Editor;

  const part = (dialog: Dialog, name: string) => dialog.form.locator(`#provisioning-handler-${name}`);
  const typed = (dialog: Dialog) =>
    part(dialog, 'condition').locator('+ .red-ui-typedInput-container .red-ui-typedInput-input');
  async function opened(flow: FlowNode): Promise<Dialog> {
    editor = await suite.open([tab, registry, flow]);
    const dialog = await editor.editConfig('provisioning-handler', 'handler1');
    await dialog.reveal(part(dialog, 'condition'));
    return dialog;
  }
  const tried = (dialog: Dialog) => part(dialog, 'tried').locator('li').allTextContents();
  async function shows(dialog: Dialog, ...expected: readonly RegExp[]): Promise<void> {
    await eventually(`it shows ${expected.join(' and ')}`, async () => {
      const shown = await tried(dialog);
      return shown.length === expected.length && expected.every((one, index) => one.test(shown[index] ?? ''));
    }).catch(async (error) => assert.fail(`${error.message}: ${JSON.stringify(await tried(dialog))}`));
  }

  it('is tried on the samples and on the last events, while it is typed', async () => {
    const dialog = await opened({ ...handler, condition: 'data.balance > 0' });
    const send = async (balance: number) => {
      const event = { dt: '2026-01-31T12:00:00Z', events_id: 'clients.create', object_id: balance };
      const path = 'provisioning/registries/registry1/events';
      assert.ok((await suite.nodeRed.admin(path, postJson({ event, data: { balance } }))).ok);
    };
    await send(7);
    await send(0);
    await part(dialog, 'try').click();
    await shows(
      dialog,
      /not met.*clients\.create · .*sample/,
      /not met.*clients\.create · 0/,
      /^met.*clients\.create · 7/,
    );
    await typed(dialog).fill('data.balance = 0 or $error("odd")');
    await shows(dialog, /fails.*sample · .*odd/, /^met.*· 0/, /fails.*· 7/);
    assert.deepEqual(await axeFindings(editor.page, '.provisioning-section'), []);
  });

  it('that is no JSONata is refused, and one that is stays over a deploy', async () => {
    const dialog = await opened({ ...handler, condition: 'data.balance > 0' });
    await typed(dialog).fill('data.(');
    await part(dialog, 'condition').locator('+ .input-error').waitFor();
    await typed(dialog).fill('data.balance < 0');
    await dialog.field('conditionRow').uncheck();
    await dialog.save();
    await editor.deploy();
    const saved = await suite.deployed('handler1');
    assert.deepEqual([saved['condition'], saved['conditionRow']], ['data.balance < 0', false]);
    const { items } = await suite.nodeRed.get<{ items: { condition: string }[] }>(
      'provisioning/registries/registry1/handlers',
    );
    assert.equal(items[0]?.condition, 'data.balance < 0');
  });
});
