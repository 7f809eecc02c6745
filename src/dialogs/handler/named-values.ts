import { check } from '../shared/check.ts';
import { inputOf, rowList, rowsOf, typedIn } from '../shared/list.ts';
import { referenceOf } from '../shared/reference.ts';
import { textsOf } from '../shared/texts.ts';
import { literalSecrets, type NamedValue } from './literal-secrets.ts';

export interface NamedValuesOptions {
  readonly add: string;
  readonly placeholder: string;
  readonly items: readonly NamedValue[];
  readonly nameProblem: (name: string) => string;
  readonly valueProblem?: (item: NamedValue) => string;
}

const text = textsOf('provisioning-handler');

/** Makes a list of headers or variables, to be read by `readNamedValues`; it warns of secrets in it. */
export function namedValueList(list: JQuery, options: NamedValuesOptions): void {
  const { add, placeholder, items, nameProblem, valueProblem = () => '' } = options;
  const tip = $(
    '<div class="form-tips provisioning-warning"><i class="fa fa-warning"></i> <span></span></div>',
  ).css('margin-top', '8px');
  const warn = () => {
    const names = literalSecrets(readNamedValues(list));
    tip.find('span').text(text('tip.literalSecret', { names: names.join(', ') }));
    tip.toggle(names.length > 0);
  };
  rowList<NamedValue>(list, {
    add,
    items,
    removed: warn,
    show(row, { name = '', value = '' }) {
      const variable = referenceOf(value);
      const nameField = inputOf({ name: 'name', placeholder, 'aria-label': text('label.itemName') });
      const valueField = inputOf({ name: 'value', 'aria-label': text('label.itemValue') });
      row.addClass('provisioning-row').append(nameField.val(name), valueField);
      valueField.typedInput({ types: ['str', 'env'], default: variable ? 'env' : 'str' });
      valueField.typedInput('value', variable ?? value);
      check(nameField, (typed) => typed.trim() && nameProblem(typed.trim()));
      check(valueField, () => valueProblem(readNamedValue(row)));
      nameField.on('change', () => valueField.trigger('keyup'));
      row.on('input change keyup', 'input', () => setTimeout(warn));
    },
  });
  list.closest('.red-ui-editableList').after(tip);
  warn();
}

export function readNamedValues(list: JQuery): NamedValue[] {
  return rowsOf(list, readNamedValue).filter(({ name, value }) => name || value);
}

function readNamedValue(row: JQuery): NamedValue {
  const field = row.find('[name="value"]');
  const value = field.typedInput('value');
  const isReference = field.typedInput('type') === 'env' && value;
  return { name: typedIn(row, '[name="name"]'), value: isReference ? `\${${value}}` : value };
}
