import { type EventFilter, type LogFilter, matches } from './filters.ts';
import type { Told } from './live-list.ts';
import type { LogKind } from './live-log.ts';
import type { EventLogRow, LogRow } from './shapes.ts';

/** What a list shows of a response or an error; the whole is in the details. */
const shownLength = 300;

export const executionKind: LogKind<LogRow, LogFilter> = {
  route: 'executions',
  timeOf: ({ startedAt }) => startedAt ?? '',
  filterOf: ({ log }) => log,
  kept: (row) => ({ ...row, response: beginning(row.response), error: beginning(row.error) }),
  told: (rows, { log }) => {
    const begun = rows.filter(({ startedAt }) => startedAt !== null);
    const told = begun.map((row) => ({ row: row as LogRow, belongs: matches(log.fields, row) }));
    return {
      told: told.filter((one): one is Told<LogRow> => one.belongs !== undefined),
      // The feed tells no responses, and can't say what a search for words finds.
      unclear: told.some(({ belongs }) => belongs !== false),
    };
  },
};

export const eventKind: LogKind<EventLogRow, EventFilter> = {
  route: 'events',
  timeOf: ({ acceptedAt }) => acceptedAt,
  filterOf: ({ events }) => events,
  kept: (row) => row,
  told: (rows) => ({ told: [], unclear: rows.length > 0 }),
};

function beginning(text: string | null): string | null {
  return text === null ? null : text.slice(0, shownLength);
}
