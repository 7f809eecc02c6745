import type {
  ApiHandler,
  EventDetails,
  ExecutionDetails,
  Page,
} from '../../../src/engine/words/admin-answers.ts';
import type { EventRow } from '../../../src/engine/words/execution.ts';
import { main, type Site } from './site.ts';

/**
 * What nobody compares: events of which there are more where there are more Node-REDs, and those of which one is tried
 * by and by, which hangs on who was the first to be called.
 */
const unlike = /^(?:told|broken|still)\./;

/**
 * All that a registry tells of its events and handlers, without what differs from one time to the next: ids, moments,
 * durations and ports. Asked of each in turn.
 */
export async function transcriptOf(site: Site): Promise<Readonly<Record<string, unknown>>> {
  const events: Record<string, unknown[]> = {};
  for (const { id, eventType, objectId } of (await eventsOf(site)).toReversed()) {
    const key = `${eventType} ${objectId}`;
    events[key] ??= [];
    events[key].push(await eventIn(site, id));
  }
  const { items } = await site.next().get<{ items: ApiHandler[] }>(`${main}/handlers`);
  return {
    events,
    handlers: items.filter(({ events: [type] }) => !unlike.test(String(type))).map(handlerIn),
  };
}

async function eventsOf(site: Site): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<EventRow> = await site.next().get(`${main}/events?limit=50&cursor=${cursor}`);
    rows.push(...page.items);
    cursor = page.nextCursor;
  }
  return rows.filter(({ eventType }) => !unlike.test(eventType));
}

async function eventIn(site: Site, id: string): Promise<object> {
  const { envelope, status, node, settledAt, executions } = await site
    .next()
    .get<EventDetails>(`${main}/events/${id}`);
  const places = new Map<string | undefined | null, number>(executions.map((row, place) => [row.id, place]));
  const rows: object[] = [];
  for (const row of executions) {
    const details = await site.next().get<ExecutionDetails>(`${main}/executions/${row.id}`);
    const { id: _, seq, eventId, startedAt, durationMs, nextAttemptAt, circuit, ...told } = details;
    rows.push({
      ...told,
      target: withoutPort(told.target),
      started: startedAt !== null,
      tookTime: durationMs !== null,
      triedLater: nextAttemptAt !== null,
      forCircuit: circuit !== undefined,
      replayOf: places.get(told.replayOf),
      replayedAs: told.replayedAs && [places.get(told.replayedAs.id), told.replayedAs.status],
      requestHeaders: headersIn(told.requestHeaders),
      responseHeaders: headersIn(told.responseHeaders),
      attemptList: told.attemptList.map(({ startedAt: _, durationMs: __, ...attempt }) => ({
        ...attempt,
        target: withoutPort(attempt.target),
        requestHeaders: headersIn(attempt.requestHeaders),
        responseHeaders: headersIn(attempt.responseHeaders),
      })),
    });
  }
  return { envelope, status, node, settled: settledAt !== null, executions: rows };
}

function handlerIn(handler: ApiHandler): object {
  const { p95Ms, lastErrorAt, lastSuccessAt, nextAttemptAt, circuit, target, ...told } = handler;
  return {
    ...told,
    target: withoutPort(target),
    circuit: { state: circuit.state, since: circuit.since !== null, error: circuit.error },
    measured: p95Ms !== null,
    hasFailed: lastErrorAt !== null,
    hasSucceeded: lastSuccessAt !== null,
    isTriedAgain: nextAttemptAt !== null,
  };
}

function withoutPort(target: string | null): string | undefined {
  return target?.replace(/:\d+\//, '/');
}

/** Names of all, and what those say that are the same each time. */
function headersIn(headers: Readonly<Record<string, string>>): object {
  const changing = ['webhook-id', 'webhook-timestamp', 'date', 'host'];
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, changing.includes(name) ? '…' : value]),
  );
}
