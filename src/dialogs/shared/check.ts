import type { Tooltip } from '../../editor/red.ts';

/** Marks a field that is no property of its own, such as one in a list, as the editor marks the others. */
export function check(field: JQuery<HTMLInputElement>, problemOf: (typed: string) => string): void {
  let tooltip: Tooltip | undefined;
  const mark = () => {
    const problem = problemOf(field.val() ?? '');
    const typedInput = field.next('.red-ui-typedInput-container');
    const shown: JQuery = typedInput.length > 0 ? typedInput : field;
    shown.toggleClass('input-error', problem !== '');
    if (tooltip && problem) return tooltip.setContent(problem);
    tooltip?.delete();
    tooltip = problem ? RED.popover.tooltip(shown, problem) : undefined;
  };
  field.on('input change keyup', () => setTimeout(mark));
  mark();
}
