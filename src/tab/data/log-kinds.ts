import { type EventFilter, type LogFilter, matches } from './filters.ts';
import type { LogKind } from './live-log.ts';
import type { EventLogRow, LogRow, LogSummary } from './shapes.ts';

/** What a list shows of a response or an error; the whole is in the details. */
const shownLength = 300;

export const executionKind: LogKind<LogRow, LogFilter> = {
  route: 'executions',
  timeOf: ({ startedAt }) => startedAt ?? '',
  filterOf: ({ log }) => log,
  kept: (row) => ({ ...row, response: beginning(row.response), error: beginning(row.error) }),
  told: (rows, { log }, known) => {
    const begun = rows.filter(({ startedAt }) => startedAt !== null);
    const told = [...begun, ...replaced(rows, known)].map((row) => ({
      row: row as LogRow,
      belongs: matches(log.fields, row),
    }));
    return { told, touched: [], unclear: told.some(({ belongs }) => belongs === undefined) };
  },
  belongs: (row, { log }) => matches(log.fields, row),
  isUnderWay: ({ status }) => status === 'running',
  // What it waits for may: a circuit that opens, a handler that is held.
  changesUnheard: ({ status }) => status === 'parked',
};

export const eventKind: LogKind<EventLogRow, EventFilter> = {
  route: 'events',
  timeOf: ({ acceptedAt }) => acceptedAt,
  filterOf: ({ events }) => events,
  kept: (row) => row,
  told: (rows) => ({
    told: [],
    touched: rows.map(({ eventId }) => eventId),
    unclear: rows.length > 0,
  }),
  // Nothing else of an event changes that is searched for.
  belongs: ({ status }, { events }) =>
    events.fields.status === '' || events.fields.status.split(',').includes(status),
  isUnderWay: ({ status }) => status === 'running',
  changesUnheard: ({ status }) => ['waiting', 'running', 'parked'].includes(status),
};

/** The rows in whose place others stand, as those are now: nobody tells of them any more. */
function replaced(replays: readonly LogSummary[], known: readonly LogRow[]): readonly LogRow[] {
  return replays.flatMap(({ registry, id, status, replayOf }) => {
    if (replayOf === null) return [];
    const by = new Set([replayOf, id]);
    return known
      .filter((row) => row.registry === registry && (row.id === replayOf || by.has(row.replayedAs?.id ?? '')))
      .map((row) => ({ ...row, replayedAs: { id, status } }));
  });
}

function beginning(text: string | null): string | null {
  return text === null ? null : text.slice(0, shownLength);
}
