import assert from 'node:assert/strict';
import { axeFindings } from '../support/axe.ts';
import type { Dialog } from '../support/dialog.ts';
import type { Editor } from '../support/editor.ts';
import { EditorSuite } from '../support/editor-suite.ts';
import { eventually } from '../support/eventually.ts';
import type { FlowNode } from '../support/node-red.ts';

const tab: FlowNode = { id: 'tab1', type: 'tab', label: 'Flow 1' };
const registry: FlowNode = { id: 'registry1', type: 'provisioning-registry', name: 'Billing' };
const plain: FlowNode = {
  id: 'handler1',
  type: 'provisioning-handler',
  registry: 'registry1',
  name: 'CRM',
  events: ['clients.*'],
  handlerType: 'http',
  url: 'https://crm.example/hooks',
  configVersion: 2,
};
const shaped: FlowNode = {
  ...plain,
  url: 'https://crm.example/accounts/{objectId}?at={dt}',
  method: 'PUT',
  headers: [{ name: 'X-Name', value: '{data.name}' }],
  body: 'jsonata',
  bodyExpression: '{"login": data.name}',
  successRule: 'body.result = "ok"',
  responsePart: 'body.id',
};

describe('the dialog of a handler that shapes its call', function () {
  this.timeout(60_000);
  const suite = new EditorSuite([tab, registry, plain]);
  let editor: Editor;

  async function opened(
    flow: FlowNode,
    ...options: Parameters<typeof suite.open> extends [unknown, ...infer O] ? O : never
  ) {
    editor = await suite.open([tab, registry, flow], ...options);
    return editor.editConfig('provisioning-handler', 'handler1');
  }
  const part = (dialog: Dialog, name: string) => dialog.form.locator(`#provisioning-handler-${name}`);
  const preview = (dialog: Dialog) => part(dialog, 'preview');
  /** Where an expression is typed. */
  const expression = (dialog: Dialog, property: string) =>
    part(dialog, property).locator('+ .red-ui-typedInput-container .red-ui-typedInput-input');
  /** Chooses that there is an expression, or none. */
  async function choose(dialog: Dialog, property: string, kind: string): Promise<void> {
    const field = part(dialog, property);
    await dialog.reveal(field);
    await field.locator('+ .red-ui-typedInput-container > button').first().click();
    await editor.page.locator(`.red-ui-typedInput-options:visible [value="${kind}"]`).click();
  }
  async function shows(dialog: Dialog, expected: string | RegExp, ms?: number): Promise<void> {
    const isShown = async () => {
      const shown = (await preview(dialog).textContent()) ?? '';
      return typeof expected === 'string' ? shown === expected : expected.test(shown);
    };
    await eventually(`the preview shows ${expected}`, isShown, ms);
  }

  it('keeps what is entered, over a deploy, and shows what is sent meanwhile', async () => {
    const dialog = await opened(plain);
    await dialog.section('request').locator('> summary').click();
    await shows(dialog, /^POST https:\/\/crm\.example\/hooks\n(?:.|\n)*\n\{"event":\{"dt":/);
    await dialog.fill('url', '/accounts/{objectId}');
    await shows(dialog, new RegExp(`^POST ${suite.nodeRed.url.replace(/\/$/, '')}/accounts/\\d+\n`));
    await dialog.choose('method', 'GET');
    assert.ok(!(await dialog.choice('body').isVisible()));
    await shows(dialog, /^GET [^{]*$/);
    await dialog.choose('method', 'PUT');
    await dialog.fill('url', 'https://crm.example/accounts/{objectId}?name={data.name}');
    await dialog.choose('body', 'jsonata');
    await expression(dialog, 'bodyExpression').fill('{"login": data.name}');
    const header = await dialog.addRow('provisioning-handler-headers');
    await dialog.enter(header.locator('[name="name"]'), 'X-Type');
    await dialog.enter(header.locator('.red-ui-typedInput-input'), '{eventType}');
    await part(dialog, 'sample').selectOption('clients.create');
    await shows(
      dialog,
      [
        'PUT https://crm.example/accounts/12?name=My%20name',
        'webhook-id: ev-sample-1_handler1',
        'content-type: application/json',
        'X-Type: clients.create',
        '',
        '{"login":"My name"}',
      ].join('\n'),
    );
    await choose(dialog, 'successRule', 'jsonata');
    await expression(dialog, 'successRule').fill('body.result = "ok"');
    await choose(dialog, 'responsePart', 'jsonata');
    await expression(dialog, 'responsePart').fill('body.id');
    await dialog.save();
    assert.deepEqual(await editor.errorsOf('handler1'), []);
    await editor.deploy();
    const saved = await suite.deployed('handler1');
    const expected = {
      method: 'PUT',
      body: 'jsonata',
      bodyExpression: '{"login": data.name}',
      headers: [{ name: 'X-Type', value: '{eventType}' }],
      successRule: 'body.result = "ok"',
      responsePart: 'body.id',
    };
    assert.deepEqual({ ...saved, ...expected }, saved);

    const again = await editor.editConfig('provisioning-handler', 'handler1');
    assert.equal(await expression(again, 'bodyExpression').inputValue(), expected.bodyExpression);
    assert.equal(await expression(again, 'successRule').inputValue(), expected.successRule);
    await choose(again, 'successRule', 'none');
    await choose(again, 'responsePart', 'none');
    await again.choose('body', 'form');
    await choose(again, 'bodyExpression', 'none');
    await shows(again, /\n\nid=12&name=My\+name/);
    await again.save();
    await editor.deploy();
    const { body, bodyExpression, successRule, responsePart } = await suite.deployed('handler1');
    assert.deepEqual([body, bodyExpression, successRule, responsePart], ['form', '', '', '']);
  });

  it('changes nothing of a plain handler that is only looked at', async () => {
    const dialog = await opened(plain);
    for (const name of ['request', 'answer']) {
      await dialog.section(name).locator('> summary').click();
    }
    const holds = (name: string) => dialog.section(name).locator('.provisioning-section-holds');
    assert.equal(await holds('request').textContent(), 'No headers of your own');
    assert.equal(await holds('answer').textContent(), 'Any 2xx is a success');
    await dialog.save();
    assert.deepEqual(await editor.errorsOf('handler1'), []);
  });

  it('says in a closed section what it holds', async () => {
    const dialog = await opened(shaped);
    const holds = (name: string) => dialog.section(name).locator('.provisioning-section-holds');
    assert.equal(await holds('request').textContent(), 'PUT · Expression · X-Name');
    assert.equal(await holds('answer').textContent(), 'A rule says what is a success · Keeps a part');
  });

  it('says what is wrong, and what would call nobody', async () => {
    const dialog = await opened(shaped);
    await dialog.section('request').locator('> summary').click();
    const url = dialog.field('url');
    await dialog.fill('url', 'https://{data.host}/');
    assert.match(await dialog.problemOf(url), /^\{data\.host\} can stand in a segment/);
    await dialog.fill('url', 'https://crm.example/{id}/{data.none}');
    assert.equal(await dialog.problemOf(url), '');
    await eventually('the warning', async () =>
      /\{id\}/.test((await part(dialog, 'strangers').textContent()) ?? ''),
    );
    await shows(dialog, 'Nobody would be called: {data.none} is missing in the sample.');
    assert.ok(await part(dialog, 'copy').isDisabled());
    await dialog.fill('url', 'https://crm.example/');
    await expression(dialog, 'bodyExpression').fill('($f := function($n) { $f($n + 1) }; $f(0))');
    // A million steps are a second on a machine that has nothing else to do.
    await shows(dialog, /did not end within 1,000,000 steps/, 40_000);
    await expression(dialog, 'bodyExpression').fill('(');
    await shows(dialog, /is no JSONata/);
    await choose(dialog, 'successRule', 'jsonata');
    await expression(dialog, 'successRule').fill('body.');
    await dialog.save();
    const errors = (await editor.errorsOf('handler1')).join('\n');
    assert.match(errors, /This is no JSONata: .*position 1/);
    assert.match(errors, /Success: This is no JSONata/);
  });

  it('copies the request as a line for curl', async () => {
    const dialog = await opened(shaped);
    await dialog.section('request').locator('> summary').click();
    await shows(dialog, /^PUT/);
    await editor.page.evaluate(() => {
      (globalThis as { copied?: string }).copied = '';
      const { clipboard } = (
        globalThis as unknown as { RED: { clipboard: { copyText(text: string): void } } }
      ).RED;
      clipboard.copyText = (text) => {
        (globalThis as { copied?: string }).copied = text;
      };
    });
    await part(dialog, 'copy').click();
    const copied = await editor.page.evaluate(() => (globalThis as { copied?: string }).copied ?? '');
    assert.match(copied, /^curl -X PUT 'https:\/\/crm\.example\/accounts\/12\?at=.*' \\\n/);
    assert.match(copied, /--data-raw '\{"login":"My name"\}'$/);
  });

  for (const theme of ['light', 'dark'] as const)
    it(`can be read and used by everybody, ${theme}`, async () => {
      const dialog = await opened({ ...shaped, headers: [] }, { theme });
      for (const name of ['request', 'answer']) await dialog.section(name).locator('> summary').click();
      await shows(dialog, /^PUT/);
      assert.deepEqual(await axeFindings(editor.page, '.provisioning-section'), []);
    });
});
