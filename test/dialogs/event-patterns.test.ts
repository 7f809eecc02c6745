import assert from 'node:assert/strict';
import { offersFor, titleOf } from '../../src/dialogs/shared/event-patterns.ts';
import { eventTypesOf } from '../../src/editor/dialog-plugin.ts';
import { builtIn } from '../../src/engine/words/catalogue.ts';
import { EditorGlobals } from '../support/editor-globals.ts';

describe('what a dialog offers where an event type is asked for', () => {
  let editor: EditorGlobals;
  before(async () => {
    editor = new EditorGlobals();
    await editor.load('provisioning-dialog');
    const eventTypes = [
      { id: 'shop.order.create', title: 'Order placed', sample: { total: 5 } },
      { id: 'ping', title: '', sample: 'no JSON yet' },
      { id: '', title: 'unfinished' },
    ];
    editor.nodes = [{ id: 'r1', type: 'provisioning-registry', eventTypes }];
  });

  const valuesOf = (typed: string, patterns: boolean) =>
    offersFor(typed, 'r1', patterns).map(({ value }) => value);

  it("is the catalogue with the registry's own types, deployed or not", () => {
    const expected = [...builtIn.map(({ id }) => id), 'shop.order.create', 'ping'];
    assert.deepEqual(valuesOf('', false), expected);
    assert.deepEqual(eventTypesOf('gone'), builtIn);
    const own = eventTypesOf('r1').find(({ id }) => id === 'shop.order.create');
    assert.deepEqual([own?.group, own?.sample.data], ['provisioning-dialog.group.own', { total: 5 }]);
  });

  it('is found by any words of id, title and group, what is typed in full first', () => {
    assert.deepEqual(valuesOf('PLACED order', false), ['shop.order.create']);
    assert.equal(valuesOf('clients.update', false)[0], 'clients.update');
    assert.deepEqual(valuesOf('no such thing', true), []);
  });

  it('has a pattern for all events and for each group, where patterns are asked for', () => {
    const patterns = valuesOf('*', true);
    assert.ok(patterns.includes('*') && patterns.includes('clients.*') && patterns.includes('shop.order.*'));
    assert.ok(!patterns.includes('.*'), 'a type of one segment has no group');
    assert.deepEqual(valuesOf('*', false), []);
  });

  it('is explained in words', () => {
    const titles = ['*', 'shop.*', 'shop.order.create', 'x.y', 'a..b', ''].map((typed) =>
      titleOf(typed, 'r1'),
    );
    assert.deepEqual(titles, [
      'provisioning-dialog.pattern.all',
      'provisioning-dialog.pattern.group shop.',
      'Order placed',
      '',
      '',
      '',
    ]);
  });

  it('is nothing while the editor has the nodes but not yet the plugins, as after an installation', () => {
    new EditorGlobals();
    assert.deepEqual(offersFor('', 'r1', false), []);
    assert.equal(titleOf('clients.create', 'r1'), '');
  });
});
