import { keepableJson } from '../keepable.ts';
import type { ExecutionRow } from '../operations/rows.ts';
import { statusCode } from '../stage.ts';
import type { Changes, Deferred } from './changes.ts';
import { columnName, eventColumns, executionColumns, handlerColumns } from './columns.ts';
import type { Query } from './connection.ts';
import { addGroups } from './known-groups.ts';

const ofExecution = { ...executionColumns, ...handlerColumns };
type Columns = Readonly<Record<string, string>>;

const sql = {
  addEvents: insertInto('events', eventColumns),
  addBodies: insertInto('bodies', { seq: 'seq bigint', payload: 'payload text' }),
  changeBodies:
    'update bodies t set payload = d.payload from json_to_recordset($1) as d(seq bigint, payload text) where t.seq = d.seq',
  addExecutions: insertInto('executions', ofExecution),
  attempts: `insert into attempts(execution_seq, attempt, started_at, duration_ms, code, response, error,
    request_headers, response_headers, sent_body, target)
    select seq, attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
    sent_body, case when handler_type = 'http' and request_headers is null then null else target end
    from executions where seq = any($1::bigint[])`,
  keys: `insert into idempotency_keys(key, hash, first_seq, events, at)
    select key, hash, first, events, at
    from json_to_recordset($1) as d(key text, hash text, first bigint, events integer, at bigint)
    on conflict(key) do update set hash = excluded.hash, first_seq = excluded.first_seq, events = excluded.events,
    at = excluded.at where idempotency_keys.at < excluded.at`,
  counters: `insert into counters(id, waiting, settled, last_group) values($1, $2, $3, $4) on conflict(id)
    do update set waiting = counters.waiting + excluded.waiting, settled = counters.settled + excluded.settled,
    last_group = excluded.last_group`,
};

const deferred: Readonly<Record<Deferred['what'], string>> = {
  recallAll:
    'update events set stage = 1, owner = 0 where stage = 2 and owner = $1 and seq <> all($2::bigint[])',
  renew: 'update executions set stale = false where handler_id = $1 and stale and status < 2',
  markStale: `update executions set stale = true where handler_id = $1 and object_key = $2 and not stale
    and (status = 2 or status < 3 and ordered) and seq <> all($3::bigint[])`,
  keepProbe: `update circuits set probed = coalesce($2, probed),
    probed_at = case when $2::bigint is null then null else probed_at end,
    prober = case when $2::bigint is null then null else prober end where handler_id = $1 and state = 'open'`,
  asker: 'insert into askers(execution_seq, by) values($1, $2)',
  beginBulk: `insert into bulk_replays(id, kind, filter, rate, matched, until, up_to, by, started_at, runner)
    overriding system value values($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
  advanceBulk:
    'update bulk_replays set replayed = replayed + $2, looked = looked + $3, cursor = $4 where id = $1',
  endBulk: "update bulk_replays set state = $2, ended_at = $3 where id = $1 and state = 'running'",
};

/**
 * Writes all that a transaction changes: of each kind one statement, however many rows there are.
 * @param me the instance @param group the number of the transaction, by which it is known whether it was committed
 */
export function write(query: Query, changes: Changes, me: number, group: number): Promise<unknown> {
  const { newEvents, eventPatches, newExecutions, executionPatches, attempts, keys, waiting, settled } =
    changes;
  const all: Promise<unknown>[] = [];
  const send = (text: string, ...values: unknown[]) => all.push(query(text, values));
  const sendRows = (text: string, rows: readonly object[]) =>
    rows.length > 0 && send(text, keepableJson(rows));

  const added = [...newEvents.values()].map((event) => ({ ...event, ...eventPatches.get(event.seq) }));
  const addedExecutions = [...newExecutions.values()].map((row) =>
    stored({ ...row, ...executionPatches.get(row.seq) }),
  );
  const changed = [...eventPatches].filter(([seq]) => !newEvents.has(seq));
  sendRows(addGroups, [...changes.groups.values()]);
  if (attempts.length > 0) send(sql.attempts, attempts);
  for (const [columns, rows] of bySet(changed, eventColumns))
    sendRows(updateOf('events', eventColumns, columns), rows);
  sendRows(
    sql.changeBodies,
    changed.flatMap(([seq, { payload }]) => (payload === undefined ? [] : { seq, payload })),
  );
  const patches = [...executionPatches].filter(([seq]) => !newExecutions.has(seq));
  for (const [columns, rows] of bySet(
    patches.map(([seq, patch]) => [seq, stored(patch)] as const),
    ofExecution,
  ))
    sendRows(updateOf('executions', ofExecution, columns), rows);
  // What is added is not meant by them.
  for (const one of changes.deferred) send(deferred[one.what], ...valuesOf(one));
  sendRows(sql.addEvents, added);
  sendRows(
    sql.addBodies,
    added.map(({ seq, payload }) => ({ seq, payload })),
  );
  sendRows(sql.addExecutions, addedExecutions);
  sendRows(
    sql.keys,
    Array.from(keys, ([key, kept]) => ({ key, ...kept })),
  );
  if (all.length > 0) send(sql.counters, me, waiting, settled, group);
  return Promise.all(all);
}

function valuesOf(one: Deferred): unknown[] {
  if (one.what === 'beginBulk') {
    const { kind, filter, ratePerSecond, matched, until, upTo, by, at } = one.asked;
    return [one.id, kind, filter, ratePerSecond, matched, until, upTo, by, at, one.runner];
  }
  const { what: _, ...values } = one;
  return Object.values(values);
}

/** Rows by the columns that they change; few combinations are ever given. */
function bySet(
  patches: Iterable<readonly [number, object]>,
  columns: Columns,
): Map<string, { readonly seq: number }[]> {
  const sets = new Map<string, { readonly seq: number }[]>();
  for (const [seq, patch] of patches) {
    const set = Object.keys(patch)
      .filter((name) => name in columns)
      .sort()
      .join();
    if (set === '') continue;
    const rows = sets.get(set) ?? [];
    sets.set(set, rows);
    rows.push({ ...patch, seq });
  }
  return sets;
}

const updates = new Map<string, string>();

function updateOf(table: string, columns: Columns, set: string): string {
  const key = `${table} ${set}`;
  let text = updates.get(key);
  if (text === undefined) {
    const names = set.split(',');
    const values = names.map((name) => `${columnName(columns[name] ?? '')} = d."${name}"`);
    text = `update ${table} t set ${values.join(', ')} from json_to_recordset($1) as d(seq bigint, ${typed(names, columns)}) where t.seq = d.seq`;
    updates.set(key, text);
  }
  return text;
}

function insertInto(table: string, columns: Columns): string {
  const names = Object.keys(columns);
  const into = names.map((name) => columnName(columns[name] ?? '')).join(', ');
  return `insert into ${table}(${into}) select ${names.map((name) => `d."${name}"`).join(', ')}
    from json_to_recordset($1) as d(${typed(names, columns)})`;
}

/** Properties as columns of what is read of JSON. */
function typed(names: readonly string[], columns: Columns): string {
  return names
    .map((name) => `"${name}"${(columns[name] ?? '').slice((columns[name] ?? '').indexOf(' '))}`)
    .join(', ');
}

function stored({ handler, status, ...rest }: Partial<ExecutionRow>): object {
  return { ...rest, ...handler, ...(status && { status: statusCode[status] }) };
}
