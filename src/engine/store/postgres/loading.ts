import { probeInterval } from '../../rules/circuit.ts';
import type { HandlerSnapshot } from '../../words/handler.ts';
import type { KeptKey, ParkedRow } from '../operations/rows.ts';
import { executionStatusOf, type Stage, stage } from '../stage.ts';
import { chainProperties, eventColumns, executionColumns, handlerColumns, selected } from './columns.ts';
import type { Query, Row } from './connection.ts';
import {
  type BulkState,
  type Found,
  type Loaded,
  type LoadedEvent,
  type LoadedExecution,
  type Probed,
  pairOf,
} from './loaded.ts';
import { type Needs, type Pair, type Search, searchName } from './needs.ts';

const ofEvent = selected(eventColumns, 'e');
const ofExecution = [
  selected(executionColumns, 'x', [...chainProperties, 'event', 'objectKey', 'ordered']),
  selected(handlerColumns, 'x'),
].join(', ');

/** Objects whose lanes are meant: by key, and those of events. */
const keysOf = `(select unnest($1::text[]) as key union
  select object_key from events where seq = any($2::bigint[]) and ordered)`;

/** Open events of an object up to which all are read. */
const few = 6;
const openIn = `select ${ofEvent} from events e where object_key = k.key and ordered and stage < 6`;

const sql = {
  events: `select ${ofEvent} from events e where seq = any($1::bigint[])`,
  payloads: 'select seq, payload from bodies where seq = any($1::bigint[])',
  executions: `select ${ofExecution} from executions x where event_seq = any($1::bigint[])`,
  eventOf: 'select seq, event_seq as event from executions where seq = any($1::bigint[])',
  // Few events of an object are open as a rule: then all of them are read at once, else the first of each kind.
  lanes: `with keys as materialized ${keysOf}, few as materialized (
      select k.key, l.* from keys k left join lateral (
        ${openIn} order by stage, turn limit ${few}
      ) l on true
    ), many as materialized (select key from few group by key having count(*) = ${few})
    select true as whole, f.* from few f where key not in (select key from many)
    union all select false, k.key, l.* from many k cross join lateral (
      ${[
        [stage.ready, stage.emitted],
        [stage.due, stage.running],
        [stage.queued, stage.queued],
        [stage.behind, stage.behind],
      ]
        .map(([from, to]) => `(${openIn} and stage between ${from} and ${to} order by stage, turn limit $3)`)
        .join(' union all ')}
    ) l`,
  pairs: `select k.key, k.handler, x.seq, x.blocked from (
      select p.handler, coalesce(p.key, e.object_key) as key
      from unnest($1::text[], $2::text[], $3::bigint[]) p(handler, key, event) left join events e on e.seq = p.event
    ) k left join lateral (
      select seq, blocked from executions where object_key = k.key and handler_id = k.handler and status < 3 and ordered
      order by seq limit $4
    ) x on true where k.key is not null`,
  keys: 'select key, hash, first_seq as first, events, at from idempotency_keys where key = any($1::text[])',
  seqs: `select array(select nextval('event_seqs') from generate_series(1, $1)) as "eventSeqs",
    array(select nextval('execution_seqs') from generate_series(1, $2)) as "executionSeqs"`,
  waiting: 'select coalesce(sum(waiting), 0)::bigint as count from counters',
};

const searches: Readonly<Record<Search['what'], string>> = {
  due: `select seq from unnest($1::bigint[]) h(home) cross join lateral (
      select seq, turn from events e where e.home = h.home and stage = 4 and next_handler = $2
      order by turn limit $3
    ) of_home order by turn limit $3`,
  ready: `select seq from unnest($1::bigint[]) h(home) cross join lateral (
      select seq, accepted_at from events e where e.home = h.home and stage = 1 and node = $2
      order by accepted_at, seq limit $3
    ) of_home order by accepted_at, seq limit $3`,
  nextNodeReady: `select min(node) as found from unnest($1::bigint[]) h(home) cross join lateral (
      select node from events e where e.home = h.home and stage = 1 and node > $2 order by node limit 1
    ) of_home`,
  parkedDue: parked('and not blocked and next_attempt_at <= $2 order by next_attempt_at, seq limit $3'),
  // Where nothing is ordered, many of one object may wait: not all of them are gone through.
  parkedAfter: `select * from (${parked('and not blocked and seq > $2 order by seq limit 1000')}) first
    where object_key is distinct from $3 order by seq limit 1`,
  parkedOf: parked('limit $2'),
  parkedStale: parked('and stale and status < 3 order by seq limit $2'),
  // What is claimed in a transaction that is not committed is not.
  probe: `with claimed as (
      update circuits set probed_at = $2, prober = $3 where handler_id = $1 and state = 'open'
        and (probed_at is null or probed_at <= $2::bigint - ${probeInterval})
        and (prober is null or not exists (select from instances where id = prober and not dead)) returning 1
    ) select probed, probed_at as "probedAt", exists(select from claimed) as claimed
    from circuits where handler_id = $1`,
  nextDueAt: `select next_attempt_at as found from executions
    where handler_id = $1 and not blocked and status = 2 and seq <> all($2::bigint[]) order by next_attempt_at limit 1`,
  bulkState: 'select state, by from bulk_replays where id = $1',
  bulkSeq: "select nextval(pg_get_serial_sequence('bulk_replays', 'id')) as found",
};

function parked(which: string): string {
  return `select seq, event_seq as event, handler_id as handler, attempts, next_attempt_at as "dueAt", object_key
    from executions where handler_id = $1 and status = 2 ${which}`;
}

/** Reads what is needed and not there yet. What it reads nobody else may change until the transaction ends. */
export async function load(query: Query, needs: Needs, loaded: Loaded): Promise<void> {
  const executions = [...needs.executions].filter((seq) => !loaded.eventOf.has(seq));
  if (executions.length > 0)
    for (const seq of await eventsOf(query, executions, loaded)) needs.events.add(seq);
  const events = [...needs.events].filter((seq) => !loaded.events.has(seq) || !loaded.executionsOf.has(seq));
  const lanes = [...needs.lanes].filter(([key, depth]) => (loaded.lanes.get(key)?.depth ?? 0) < depth);
  const payloads = [...needs.payloads].filter((seq) => !loaded.payloads.has(seq));
  const keys = [...needs.keys].filter((key) => !loaded.keys.has(key));
  const searching = [...needs.searches.values()].filter((search) => !loaded.found.has(searchName(search)));
  const seqs = [needs.eventSeqs - loaded.eventSeqs.length, needs.executionSeqs - loaded.executionSeqs.length];
  await Promise.all([
    events.length > 0 && wholeEvents(query, events, loaded),
    (lanes.length > 0 || events.length > 0) && readLanes(query, lanes, events, loaded),
    readPairs(query, [...needs.pairs.values()], loaded),
    payloads.length > 0 && readPayloads(query, payloads, loaded),
    keys.length > 0 && readKeys(query, keys, loaded),
    seqs.some((count) => count > 0) && drawSeqs(query, seqs, loaded),
    ...searching.map((search) => find(query, search, loaded)),
    loaded.waiting < 0 && readWaiting(query, loaded),
  ]);
}

async function eventsOf(query: Query, executions: readonly number[], loaded: Loaded): Promise<number[]> {
  for (const seq of executions) loaded.eventOf.set(seq, undefined);
  const rows = await query(sql.eventOf, [executions]);
  return rows.map(({ seq, event }) => {
    loaded.eventOf.set(seq as number, event as number);
    return event as number;
  });
}

async function wholeEvents(query: Query, events: readonly number[], loaded: Loaded): Promise<void> {
  for (const seq of events) {
    loaded.events.set(seq, undefined);
    loaded.executionsOf.set(seq, []);
  }
  const [rows, executions] = await Promise.all([
    query(sql.events, [events]),
    query(sql.executions, [events]),
  ]);
  for (const row of rows) keepEvent(row, loaded);
  const byEvent = Map.groupBy(executions.map(executionFrom), ({ event }) => event);
  for (const [event, all] of byEvent) {
    loaded.executionsOf.set(
      event,
      all.sort((a, b) => a.seq - b.seq),
    );
    for (const one of all) loaded.executions.set(one.seq, one);
  }
}

function keepEvent(row: Row, loaded: Loaded): number {
  const { key: _, whole: __, ...event } = row;
  loaded.events.set(row['seq'] as number, event as unknown as LoadedEvent);
  return row['seq'] as number;
}

async function readLanes(
  query: Query,
  lanes: readonly (readonly [string, number])[],
  events: readonly number[],
  loaded: Loaded,
): Promise<void> {
  const depth = Math.max(2, ...lanes.map(([, one]) => one));
  const rows = await query(sql.lanes, [lanes.map(([key]) => key), events, depth]);
  for (const [key, all] of Map.groupBy(rows, (row) => String(row['key']))) {
    const open = all.filter((row) => row['seq'] !== null);
    const more = all[0]?.['whole'] === true ? new Set<Stage>() : moreIn(open, depth);
    loaded.lanes.set(key, { depth, more, events: open.map((row) => keepEvent(row, loaded)) });
  }
}

/** Kinds of a lane of which there may be more than was read. */
function moreIn(open: readonly Row[], depth: number): ReadonlySet<Stage> {
  const kinds = open.map(({ stage: at }) => (at === stage.queued || at === stage.behind ? at : stage.ready));
  const count = (kind: Stage) => kinds.filter((one) => one === kind).length;
  return new Set([stage.queued, stage.behind, stage.ready].filter((kind) => count(kind) >= depth));
}

async function readPairs(
  query: Query,
  asked: readonly (Pair & { readonly depth: number })[],
  loaded: Loaded,
): Promise<void> {
  const pairs = asked.filter(({ handler, of, depth }) => {
    const key = typeof of === 'string' ? of : loaded.events.get(of)?.objectKey;
    return key === undefined || (loaded.pairs.get(pairOf(handler, key))?.depth ?? 0) < depth;
  });
  if (pairs.length === 0) return;
  const depth = Math.max(...pairs.map((pair) => pair.depth));
  const rows = await query(sql.pairs, [
    pairs.map(({ handler }) => handler),
    pairs.map(({ of }) => (typeof of === 'string' ? of : null)),
    pairs.map(({ of }) => (typeof of === 'string' ? null : of)),
    depth,
  ]);
  for (const [pair, all] of Map.groupBy(rows, (row) => pairOf(String(row['handler']), String(row['key'])))) {
    const first = all.flatMap(({ seq, blocked }) =>
      seq === null ? [] : { seq: seq as number, blocked: blocked as boolean },
    );
    loaded.pairs.set(pair, { depth, first, more: first.length >= depth });
  }
}

async function readPayloads(query: Query, events: readonly number[], loaded: Loaded): Promise<void> {
  for (const { seq, payload } of await query(sql.payloads, [events]))
    loaded.payloads.set(seq as number, String(payload));
}

async function readKeys(query: Query, keys: readonly string[], loaded: Loaded): Promise<void> {
  for (const key of keys) loaded.keys.set(key, undefined);
  for (const { key, ...kept } of await query(sql.keys, [keys]))
    loaded.keys.set(String(key), kept as unknown as KeptKey & { at: number });
}

async function drawSeqs(query: Query, counts: readonly number[], loaded: Loaded): Promise<void> {
  const most = counts.map((count) => Math.max(0, count));
  const [drawn] = (await query(sql.seqs, most)) as unknown as readonly Pick<
    Loaded,
    'eventSeqs' | 'executionSeqs'
  >[];
  loaded.eventSeqs.push(...(drawn?.eventSeqs ?? []));
  loaded.executionSeqs.push(...(drawn?.executionSeqs ?? []));
}

async function readWaiting(query: Query, loaded: Loaded): Promise<void> {
  const [row] = await query(sql.waiting, []);
  loaded.waiting = row?.['count'] as number;
}

async function find(query: Query, search: Search, loaded: Loaded): Promise<void> {
  const { what, ...asked } = search;
  const rows = await query(searches[what], Object.values(asked));
  loaded.found.set(searchName(search), foundIn(what, rows));
}

function foundIn(what: Search['what'], rows: readonly Row[]): Found {
  if (what === 'due' || what === 'ready') return rows.map(({ seq }) => seq as number);
  if (what === 'nextNodeReady' || what === 'nextDueAt' || what === 'bulkSeq')
    return (rows[0]?.['found'] ?? null) as string | number | null;
  if (what === 'bulkState' || what === 'probe')
    return (rows[0] ?? null) as unknown as BulkState | Probed | null;
  return rows as unknown as ParkedRow[];
}

function executionFrom(row: Row): LoadedExecution {
  const { id, number, name, type, priority, status, ...rest } = row as Row & HandlerSnapshot;
  const handler = { id, number, name, type, priority };
  return { ...rest, handler, status: executionStatusOf(Number(status)) } as unknown as LoadedExecution;
}
