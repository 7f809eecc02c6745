import { parseEventQuery, parseExecutionQuery } from '../../engine/store/log/filter.ts';
import { parseFailuresQuery, parseStatisticsQuery } from '../../engine/store/log/ranges.ts';
import type { ExecutionRow, MissingHandler } from '../../engine/words/execution.ts';
import { operation, type Scope } from './operation.ts';

const executionColumns = [
  ...['id', 'seq', 'status', 'parkedFor', 'startedAt', 'durationMs', 'eventType', 'eventId', 'objectId'],
  ...['handler.id', 'handler.number', 'handler.name', 'handler.type', 'handler.priority', 'target'],
  ...['attempts', 'code', 'response', 'error', 'nextAttemptAt'],
  ...['replayOf', 'replayedAs.id', 'replayedAs.status', 'passedBy'],
  ...['circuit.since', 'circuit.error', 'circuit.nextProbeAt', 'missing.why', 'missing.problem'],
];
const eventColumns = ['id', 'seq', 'status', 'eventType', 'objectId', 'acceptedAt', 'settledAt', 'node'];

export const executions = operation({
  columns: executionColumns,
  parse: parseExecutionQuery,
  async run(scope, { filter, page }) {
    const { items, nextCursor } = await (await scope.engine.log()).executions(filter, page);
    return { items: items.map(explainedBy(scope)), nextCursor };
  },
});

export const execution = operation({
  on: 'execution',
  columns: executionColumns,
  run: async (scope) => explainedBy(scope)(await (await scope.engine.log()).execution(scope.id)),
});

export const events = operation({
  columns: eventColumns,
  parse: parseEventQuery,
  run: async ({ engine }, { filter, page }) => (await engine.log()).events(filter, page),
});

export const event = operation({
  on: 'event',
  columns: eventColumns,
  async run(scope) {
    const event = await (await scope.engine.log()).event(scope.id);
    return { ...event, executions: event.executions.map(explainedBy(scope)) };
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

/** Why a row waits whose handler is not called at all: its circuit knows, or the flows do. */
export function explainedBy({ engine, provisioning }: Pick<Scope, 'engine' | 'provisioning'>) {
  /** By handler: a page of rows often has one and the same. */
  const missing = new Map<string, MissingHandler | null>();
  const missingOf = (handler: string) => {
    const known = missing.get(handler);
    if (known !== undefined) return known;
    const found = provisioning.missing.of(engine, handler);
    missing.set(handler, found);
    return found;
  };
  return <Row extends Pick<ExecutionRow, 'parkedFor' | 'handler'>>(row: Row): Row => {
    if (row.parkedFor === 'circuit') {
      const { since, error } = engine.circuitOf(row.handler.id);
      return { ...row, circuit: { since, error, nextProbeAt: engine.nextProbeOf(row.handler.id) } };
    }
    const why = row.parkedFor === 'missing' ? missingOf(row.handler.id) : null;
    return why ? { ...row, missing: why } : row;
  };
}
