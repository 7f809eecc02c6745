import type { Journal } from '../journal.ts';

/** What is decided by the rows, in a transaction with others. */
export type OperationName = Exclude<
  keyof Journal,
  'tag' | 'found' | 'onWork' | 'saveCircuit' | 'saveAlarm' | 'prune'
>;

export interface Operation {
  readonly name: OperationName;
  readonly args: readonly unknown[];
}
