import { check } from './check.ts';
import { complete } from './completion.ts';
import { titleOf } from './event-patterns.ts';
import { inputOf, rowList, rowsOf, typedIn } from './list.ts';
import { patternProblem } from './problems.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** Makes a list of event types and patterns, to be read by `readPatterns`. */
export function patternList(list: JQuery, values: readonly string[], registry: () => string): void {
  rowList<{ value: string }>(list, {
    add: text('button.addEvent'),
    items: values.map((value) => ({ value })),
    sortable: false,
    show(row, { value = '' }) {
      const field = inputOf({ placeholder: 'clients.create', 'aria-label': text('label.eventType') });
      const title = $('<span class="provisioning-title">');
      row.addClass('provisioning-row').append(field.val(value), title);
      complete(field, registry, true);
      check(field, (typed) => {
        const pattern = typed.trim();
        title.text(titleOf(pattern, registry()));
        return pattern && patternProblem(pattern);
      });
    },
  });
}

export const readPatterns = (list: JQuery): string[] => rowsOf(list, (row) => typedIn(row)).filter(Boolean);
