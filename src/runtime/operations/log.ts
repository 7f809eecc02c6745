import type { Engine } from '../../engine/engine.ts';
import {
  parseEventQuery,
  parseExecutionQuery,
  parseFailuresQuery,
  parseStatisticsQuery,
} from '../../engine/store/log.ts';
import type { ExecutionRow } from '../../engine/words/execution.ts';
import { operation } from './operation.ts';

const executionColumns = [
  ...['id', 'seq', 'status', 'parkedFor', 'startedAt', 'durationMs', 'eventType', 'eventId', 'objectId'],
  ...['handler.id', 'handler.number', 'handler.name', 'handler.type', 'handler.priority', 'target'],
  ...['attempts', 'code', 'response', 'error', 'nextAttemptAt'],
  ...['replayOf', 'replayedAs.id', 'replayedAs.status', 'passedBy'],
  ...['circuit.since', 'circuit.error', 'circuit.nextProbeAt'],
];
const eventColumns = ['id', 'seq', 'status', 'eventType', 'objectId', 'acceptedAt', 'settledAt', 'node'];

export const executions = operation({
  columns: executionColumns,
  parse: parseExecutionQuery,
  async run({ engine }, { filter, page }) {
    const { items, nextCursor } = await (await engine.log()).executions(filter, page);
    return { items: items.map(explainedBy(engine)), nextCursor };
  },
});

export const execution = operation({
  on: 'execution',
  columns: executionColumns,
  run: async ({ engine, id }) => explainedBy(engine)(await (await engine.log()).execution(id)),
});

export const events = operation({
  columns: eventColumns,
  parse: parseEventQuery,
  run: async ({ engine }, { filter, page }) => (await engine.log()).events(filter, page),
});

export const event = operation({
  on: 'event',
  columns: eventColumns,
  async run({ engine, id }) {
    const event = await (await engine.log()).event(id);
    return { ...event, executions: event.executions.map(explainedBy(engine)) };
  },
});

export const stats = operation({
  columns: ['at', 'succeeded', 'failed', 'parked', 'unresolved', 'p50', 'p95'],
  parse: (given) => parseStatisticsQuery(given, Date.now()),
  run: async ({ engine }, range) => ({ items: await (await engine.log()).statistics(range) }),
});

export const failures = operation({
  columns: [
    ...['handler.id', 'handler.number', 'handler.name', 'kind', 'sample'],
    ...['count', 'unresolved', 'waiting', 'first', 'last'],
  ],
  parse: (given) => parseFailuresQuery(given, Date.now()),
  run: async ({ engine }, request) => (await engine.log()).failureGroups(request),
});

/** A row that waits for its handler's circuit was perhaps never tried: why it waits is known of the circuit alone. */
export function explainedBy(engine: Engine) {
  return <Row extends Pick<ExecutionRow, 'parkedFor' | 'handler'>>(row: Row): Row => {
    if (row.parkedFor !== 'circuit') return row;
    const { since, error } = engine.circuitOf(row.handler.id);
    return { ...row, circuit: { since, error, nextProbeAt: engine.nextProbeOf(row.handler.id) } };
  };
}
