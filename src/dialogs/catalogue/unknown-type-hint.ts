import { dialogPlugin, eventTypesOf } from '../../editor/dialog-plugin.ts';
import { isEventPattern, isEventType } from '../../engine/words/event-type.ts';
import { textsOf } from '../shared/texts.ts';
import { nearTypes } from './near-types.ts';

const text = textsOf('provisioning-dialog');

/** As `DialogPlugin` promises it. */
export function unknownTypeHint(field: JQuery<HTMLInputElement>, registry: () => string): JQuery {
  const hint = $('<div class="provisioning-hint provisioning-unknown-type" role="status">');
  const choose = (type: string) => () => field.val(type).trigger('change').trigger('focus');
  let shown = '';
  const judge = () => {
    const typed = (field.val() ?? '').trim();
    const known = eventTypesOf(registry()).map(({ id }) => id);
    const near = isEventPattern(typed) && known.length > 0 ? nearTypes(typed, known) : undefined;
    const addable = isEventType(typed) && RED.nodes.node(registry()) !== null;
    const says = near ? [typed, addable, ...near].join() : '';
    // What is focused in it stays, as long as it says the same.
    if (shown === says) return;
    shown = says;
    hint.empty().toggle(near !== undefined);
    if (!near) return;
    hint.append($('<span>').text(text(isEventType(typed) ? 'hint.unknownType' : 'hint.unmatchedPattern')));
    if (near.length > 0) hint.append(' ', $('<span>').text(text('hint.didYouMean')));
    for (const type of near) hint.append(' ', button(type, choose(type)));
    if (addable)
      hint.append(
        ' ',
        button(text('button.addOwnType'), () => dialogPlugin()?.addEventType(registry(), typed)),
      );
  };
  hint.hide();
  field.on('input change keyup', () => setTimeout(judge));
  judge();
  return hint;
}

function button(words: string, press: () => void): JQuery {
  return $('<button type="button" class="red-ui-button red-ui-button-small">').text(words).on('click', press);
}
