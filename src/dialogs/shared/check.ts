import type { Tooltip } from '../../editor/red.ts';

/** Marks a field that is no property of its own, such as one in a list, as the editor marks the others. */
export function check(field: JQuery<HTMLInputElement>, problemOf: (typed: string) => string): void {
  // The field behind a typed input has what is typed only once that is left.
  const typedInput = field.next('.red-ui-typedInput-container');
  const isTyped = typedInput.length > 0;
  const shown: JQuery = isTyped ? typedInput : field;
  let tooltip: Tooltip | undefined;
  const mark = () => {
    const problem = problemOf((isTyped ? field.typedInput('value') : field.val()) ?? '');
    shown.toggleClass('input-error', problem !== '');
    if (tooltip && problem) return tooltip.setContent(problem);
    tooltip?.delete();
    tooltip = problem ? RED.popover.tooltip(shown, problem) : undefined;
  };
  field.add(typedInput).on('input change keyup', () => setTimeout(mark));
  mark();
}
