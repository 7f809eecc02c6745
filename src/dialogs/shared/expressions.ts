import type { Expressions } from '../../engine/words/expression.ts';
import { boundEffort, notCompiled, notEvaluated, plainResult } from '../../engine/words/jsonata-bounds.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** The editor's JSONata, bounded as that of the engine is, to try expressions on samples. */
export const editorExpressions: Expressions = {
  compile(expression) {
    const compiled = compile(expression);
    boundEffort(compiled.assign.bind(compiled), pause);
    // Only the runtime knows its variables.
    compiled.assign('env', (name: string) => `\${${name}}`);
    return {
      evaluate: (value) =>
        compiled.evaluate(value).then(plainResult, (error) => {
          throw notEvaluated(error);
        }),
    };
  },
};

function compile(expression: string): ReturnType<typeof jsonata> {
  try {
    return jsonata(expression);
  } catch (error) {
    throw notCompiled(error);
  }
}

/** Lets the browser do what waits; a timer that is set again and again would be held back by 4 ms each time. */
function pause(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** What is wrong with an expression, in the user's language as far as JSONata speaks it; '' for none at all. */
export function jsonataProblem(expression: string): string {
  if (expression.trim() === '') return '';
  try {
    jsonata(expression);
    return '';
  } catch (error) {
    const { message = '', position = 0 } = error as { message?: string; position?: number };
    return text('error.jsonata', { message, position });
  }
}

/**
 * Makes a field one for an expression, with the editor's own button for its expression editor.
 * @param otherwise what is so without an expression; absent where there must be one
 */
export function expressionField(
  field: JQuery<HTMLInputElement>,
  expression: string,
  otherwise?: string,
): void {
  const types = typesOf(otherwise);
  field.typedInput({ types, default: otherwise !== undefined && expression === '' ? none : 'jsonata' });
  field.typedInput('value', expression);
  const widget = field.next('.red-ui-typedInput-container');
  const typed = widget.find('.red-ui-typedInput-input').uniqueId();
  $(`label[for="${field.attr('id')}"]`).attr('for', typed.attr('id') ?? '');
  widget.find('.red-ui-typedInput-option-expand').attr('aria-label', text('button.expression'));
}

/** Whether an expression may be left out changes with what stands beside the field. */
export function becomeOptional(field: JQuery<HTMLInputElement>, otherwise?: string): void {
  const expression = readExpression(field);
  field.typedInput('types', typesOf(otherwise));
  field.typedInput('type', otherwise !== undefined && expression === '' ? none : 'jsonata');
  field.typedInput('value', expression);
}

/** The expression that stands in a field; '' for none. */
export function readExpression(field: JQuery<HTMLInputElement>): string {
  return field.typedInput('type') === 'jsonata' ? field.typedInput('value') : '';
}

const none = 'none';

const typesOf = (otherwise: string | undefined) =>
  otherwise === undefined
    ? ['jsonata']
    : [{ value: none, label: otherwise, hasValue: false as const }, 'jsonata'];
