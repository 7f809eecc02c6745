import { dialogPlugin } from '../editor/dialog-plugin.ts';
import { onEditorEvents } from '../editor/events.ts';
import { type HandlerNode, handlersOf } from './shared/handlers.ts';
import { paletteNode } from './shared/palette-node.ts';
import { showRegistry, takeOnlyRegistry } from './shared/registry-field.ts';
import { textsOf } from './shared/texts.ts';

const text = textsOf('provisioning-executor');
const outputs = ['succeeded', 'failed', 'parked'];

/** Shows the chosen registry's handlers, also when one changes. */
function showHandlers(list: JQuery, registry: JQuery): void {
  const chosen = () => String(registry.val());
  const add = {
    id: 'provisioning-executor-add-handler',
    label: text('button.addHandler'),
    icon: 'fa fa-plus',
    click: () => dialogPlugin()?.addHandler(chosen()),
  };
  list.editableList<HandlerNode>({
    addButton: false,
    addItem: (row, _index, handler) => showHandler(row, handler),
    buttons: [add],
    class: 'provisioning-rows',
    height: 'auto',
  });
  // The list's own tray is out of the document while a handler's dialog lies on top of it.
  const button = list.closest('.red-ui-editableList').find(`#${add.id}`);
  const show = () => {
    list.editableList('empty');
    list.editableList('addItems', handlersOf(chosen()));
    button.prop('disabled', !RED.nodes.node(chosen()));
  };
  registry.on('change', show);
  // However the dialog closes: the editor calls nothing back when its node is deleted in it.
  list.on('remove', onEditorEvents(['nodes:add', 'nodes:change', 'nodes:remove'], show));
}

function showHandler(row: JQuery, handler: HandlerNode): void {
  const { id, name, events = [], handlerStatus: status = 'enabled' } = handler;
  const edit = $(
    '<button type="button" class="red-ui-button red-ui-button-small"><i class="fa fa-pencil"></i></button>',
  );
  edit.attr('aria-label', text('button.editHandler', { name: name || id }));
  edit.on('click', () => RED.editor.editConfig('', 'provisioning-handler', id, null));
  row
    .addClass('provisioning-row')
    .append(
      $('<span>').text(RED.utils.getNodeLabel(handler, id)),
      $('<span class="provisioning-title">').text(
        status === 'enabled' ? events.join(', ') : text(`status.${status}`),
      ),
      edit,
    );
}

RED.nodes.registerType('provisioning-executor', {
  ...paletteNode('provisioning-executor', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
  },
  inputs: 1,
  outputs: 3,
  onadd: takeOnlyRegistry,
  outputLabels: (index) => text(`output.${outputs[index]}`),
  oneditprepare() {
    showRegistry(this);
    showHandlers($('#provisioning-executor-handlers'), $('#node-input-registry'));
  },
});
