import { check } from './check.ts';
import { complete } from './completion.ts';
import { titleOf } from './event-patterns.ts';
import { inputOf, rowList, rowsOf, typedIn } from './list.ts';
import { patternProblem } from './problems.ts';
import { textsOf } from './texts.ts';
import { followCatalogue, unknownTypeHint } from './unknown-type.ts';

const text = textsOf('provisioning-dialog');

/**
 * Makes a list of event types and patterns of the registry chosen in a field, to be read by `readPatterns`.
 * @param changed it may hold others
 */
export function patternList(
  list: JQuery,
  values: readonly string[],
  registryField: JQuery,
  changed: () => void = () => undefined,
): void {
  const registry = () => String(registryField.val() ?? '');
  rowList<{ value: string }>(list, {
    add: text('button.addEvent'),
    items: values.map((value) => ({ value })),
    sortable: false,
    removed: changed,
    show(row, { value = '' }) {
      const field = inputOf({
        placeholder: text('placeholder.eventType'),
        'aria-label': text('label.eventType'),
      });
      const title = $('<span class="provisioning-title">');
      $('<div class="provisioning-row">').append(field.val(value), title).appendTo(row);
      complete(field, registry, true);
      check(field, (typed) => {
        const pattern = typed.trim();
        title.text(titleOf(pattern, registry()));
        changed();
        return pattern && patternProblem(pattern);
      });
      row.append(unknownTypeHint(field, registry));
    },
  });
  followCatalogue(registryField, () => list.find('input'));
}

export const readPatterns = (list: JQuery): string[] => rowsOf(list, (row) => typedIn(row)).filter(Boolean);
