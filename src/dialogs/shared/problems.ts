import type { EditorNode, Validator } from '../../editor/red.ts';
import { type Bounds, isWithin } from '../../engine/words/bounds.ts';
import { isEventPattern, isEventType } from '../../engine/words/event-type.ts';
import { referenceOf } from './reference.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** What is wrong with an event type, in the user's language; '' when nothing is. So with the problems below. */
export function eventTypeProblem(id: string): string {
  return isEventType(id) ? '' : text('error.eventType');
}

export function patternProblem(pattern: string): string {
  return isEventPattern(pattern) ? '' : text('error.pattern');
}

export function patternsProblem(patterns: readonly string[] = []): string {
  return firstOf(patterns.map(patternProblem));
}

export function firstOf(problems: readonly string[]): string {
  return problems.find(Boolean) ?? '';
}

/** A validator that says what is wrong, in the editor's list of problems with the label of the property. */
export function validator<V>(
  problemOf: (value: V | undefined, node: EditorNode) => string | false | undefined,
): Validator {
  return function (value, options) {
    const problem = problemOf(value as V | undefined, this);
    if (!problem) return true;
    return options?.label ? `${options.label}: ${problem}` : problem;
  };
}

export function within(bounds: Bounds): Validator {
  return validator((value) => {
    if (value === undefined || referenceOf(value) !== undefined || isWithin(value, bounds)) return '';
    return text(bounds.whole ? 'error.wholeNumber' : 'error.number', bounds);
  });
}

/** Registries and handlers inside a subflow would exist once per instance. */
export function outsideSubflow(): Validator {
  return validator((_value, { z }) => RED.nodes.subflow(z) && text('error.subflow'));
}
