import type { ExecutionStatus } from './execution.ts';

/** What the log, its nodes and the API know of: a turn that has not come is not there yet. */
export type ShownStatus = Exclude<ExecutionStatus, 'pending'>;

/** What an absent property of a log node means. */
export const logDefaults = {
  statuses: ['failed'],
  circuits: true,
} as const satisfies { statuses: readonly ShownStatus[]; circuits: boolean };
