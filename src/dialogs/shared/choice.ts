import type { EditorNode } from '../../editor/red.ts';
import { fieldOf } from './fields.ts';

/**
 * Offers the values of a property as a group of buttons; its select, which is hidden, is what the editor reads.
 * @param hintOf says what the chosen value means, in the hint below
 */
export function choice(
  node: EditorNode,
  property: string,
  values: readonly string[],
  textOf: (value: string) => string,
  hintOf?: (value: string) => string,
): void {
  const select = fieldOf(node, property);
  const label = $(`label[for="${select.attr('id')}"]`).uniqueId();
  const group = $('<span class="button-group provisioning-choice" role="group">');
  group.attr('aria-labelledby', label.attr('id') ?? '');
  for (const value of values) {
    $('<option>').val(value).appendTo(select);
    $('<button type="button" class="red-ui-button toggle">')
      .attr('data-value', value)
      .text(textOf(value))
      .on('click', () => select.val(value).trigger('change'))
      .appendTo(group);
  }
  const show = () => {
    const chosen = select.val();
    for (const button of group.children()) {
      const selected = button.dataset['value'] === chosen;
      $(button).toggleClass('selected', selected).attr('aria-pressed', String(selected));
    }
    // A reference such as `${STATUS}` is none of them, and stays until one is chosen.
    if (hintOf) select.siblings('.provisioning-hint').text(chosen ? hintOf(chosen) : '');
  };
  select.val(String(node[property] ?? node._def?.defaults[property]?.value));
  select.on('change', show).hide().after(group);
  show();
}
