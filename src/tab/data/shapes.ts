import type { Override } from '../../engine/words/admin-answers.ts';
import type { EventRow, ExecutionRow } from '../../engine/words/execution.ts';

export type {
  ApiHandler,
  Override,
  Page,
  RegistryHold,
  RegistryRow,
} from '../../engine/words/admin-answers.ts';

/** A row of the log in the tab: the API's, and the registry it is from. */
export type LogRow = ExecutionRow & { readonly registry: string };
export type EventLogRow = EventRow & { readonly registry: string };

/** How something is to be switched; `until` is ISO 8601. */
export interface Switch {
  readonly status: Override['status'];
  readonly reason?: string;
  readonly until?: string;
}

/** What is done with many: executions or events are replayed, or delivered to a handler that missed them. */
export interface ReplayLogRow {
  readonly registry: string;
  readonly id: number;
  readonly status: 'running' | 'done' | 'cancelled';
  readonly kind: 'executions' | 'events' | 'delivery';
  readonly matched: number;
  /** Events looked at. */
  readonly looked: number;
  readonly replayed: number;
  readonly by: string | null;
}

/** What the live feed tells of an execution: no response, and of the error only its beginning. */
export type LogSummary = Omit<LogRow, 'response'> & { readonly response?: string | null };
