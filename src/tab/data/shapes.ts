import type { EventRow, ExecutionRow } from '../../engine/words/execution.ts';

import type { HandlerStatus, HandlerType } from '../../engine/words/handler-settings.ts';

/** What the admin API answers, as far as the tab reads it. */

export interface RegistryRow {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly handlers: number;
  readonly backlog: number;
  readonly running: number;
  readonly parked: number;
  readonly error?: string;
}

export interface Override {
  readonly status: HandlerStatus;
  readonly by: string | null;
  readonly at: string;
  readonly reason: string | null;
}

export interface ApiHandler {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly type: HandlerType;
  readonly target: string;
  readonly events: readonly string[];
  readonly priority: number;
  readonly status: HandlerStatus;
  readonly configuredStatus: HandlerStatus;
  readonly override: Override | null;
  /** Why it can not be called although it is deployed. */
  readonly refused?: string;
  readonly circuit: {
    readonly state: 'closed' | 'open' | 'probing' | 'gone';
    readonly since: string | null;
    readonly error: string | null;
  };
  readonly parked: number | null;
  /** 0 to 1, of the last hour. */
  readonly successRate: number | null;
  readonly p95Ms: number | null;
  readonly lastError: string | null;
}

/** A row of the log in the tab: the API's, and the registry it is from. */
export type LogRow = ExecutionRow & { readonly registry: string };
export type EventLogRow = EventRow & { readonly registry: string };

/** A replay of all that a search found. */
export interface ReplayLogRow {
  readonly registry: string;
  readonly id: number;
  readonly status: 'running' | 'done' | 'cancelled';
  readonly matched: number;
  readonly replayed: number;
  readonly by: string | null;
}

/** What the live feed tells of an execution: no response, and of the error only its beginning. */
export type LogSummary = Omit<LogRow, 'response'> & { readonly response?: string | null };

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}
