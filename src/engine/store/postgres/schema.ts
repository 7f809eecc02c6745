import { oddSuccess } from '../reading/selections.ts';

/**
 * A registry's tables, in a schema of its own; they are those of the store in SQLite (see ../sqlite/schema.ts), with
 * these differences:
 *
 * - What an event says is in `bodies`, which is never updated: a row that changes is copied as a whole.
 * - `home` of an event is the instance that has its message: it emits it, and runs its first pass, while it lives; 0, or
 *   one that is gone: nobody has it, and anyone may. `owner` has it, or an execution, in hand; 0: nobody has.
 * - An instance is in `instances` until it is dead and what it had in hand is put back. Its row is held by each
 *   transaction of its own (see group.ts), and its beats are in a table apart.
 * - Executions hold the state of an event's lane no more than there: lanes are locked by advisory locks.
 * - Objects have indexes of their own. All indexes that a list goes by end in the seq, so that none has to be sorted.
 * - The words of executions are in `texts_<id>`, a table for each of `text_slices` (see search/text-index.ts); `texts`
 *   in `meta` is the `touched_at` of the last event that is in them, and in `texts_lately` are the last ones.
 * - `handlers` and `switches` are what the other has in registry.json; the registry as a whole is switched by no id.
 * - `runner` of what is done with many is the instance that does it.
 * - A closed circuit is there, too, once it was open or had `failures` in a row; `since` is 0 until it was open.
 *   `prober` is the instance that tries an open one.
 * - `counters` counts accepted events that nobody has taken, and settled ones: a row for each who writes, and one of
 *   its negative id for what it prunes, so that nobody waits for another to count; the sum of all is what there is.
 *   `last_group` is the number of the last transaction that an instance has committed.
 */
const version1 = `
create table events(
  seq bigint primary key,
  event_type text collate "C" not null,
  object_id text collate "C" not null,
  object_key text collate "C" not null,
  ordered boolean not null,
  node text collate "C",
  stage smallint not null,
  turn bigint not null,
  accepted_at bigint not null,
  touched_at bigint,
  executor text,
  next_handler text collate "C",
  hops integer not null,
  home bigint not null,
  owner bigint not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index events_by_stage on events(stage, accepted_at, seq, event_type);
create index events_by_type on events(event_type, accepted_at, seq);
create index events_by_object on events(object_id, accepted_at, seq);
create index events_by_time on events(accepted_at, seq);
create index events_by_touch on events(touched_at) where touched_at is not null;
create index settled on events(touched_at, seq) where stage >= 7;
create index lanes on events(object_key, stage, turn) where stage < 6 and ordered;
create index ready on events(home, node, accepted_at, seq) where stage = 1;
create index due on events(home, next_handler, turn) where stage = 4;
create sequence event_seqs;

create table bodies(
  seq bigint primary key,
  payload text not null
);

create table executions(
  seq bigint primary key,
  event_seq bigint not null,
  position integer not null,
  event_type text collate "C" not null,
  object_id text collate "C" not null,
  object_key text collate "C" not null,
  ordered boolean not null,
  handler_id text collate "C" not null,
  handler_number integer not null,
  handler_name text not null,
  handler_type text not null,
  priority integer not null,
  stop boolean not null,
  status smallint not null,
  blocked boolean not null,
  stale boolean not null,
  unjudged boolean not null,
  passed_by boolean not null,
  retries integer not null,
  attempts integer not null,
  next_attempt_at bigint,
  target text,
  started_at bigint,
  attempt_started_at bigint,
  duration_ms double precision,
  code bigint,
  response text,
  error text,
  request_headers text,
  response_headers text,
  sent_body text,
  replay_of bigint,
  replayed_as bigint,
  failure_group bigint,
  delivery bigint,
  owner bigint not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index running on executions(started_at, seq) where status = 1;
create index executions_by_status on executions(status, started_at, seq, code, duration_ms)
  where status > 1 and started_at is not null;
create index executions_by_handler on executions(handler_id, status, started_at, seq)
  where status > 1 and started_at is not null;
create index executions_by_type on executions(event_type, status, started_at, seq, handler_id)
  where status > 1 and started_at is not null;
create index executions_by_object on executions(object_id, status, started_at, seq)
  where status > 1 and started_at is not null;
create index odd_successes on executions(started_at, seq, code) where ${oddSuccess};
create index tried on executions(handler_id, status, attempt_started_at, started_at)
  where attempts > 0 and status > 1 and (status = 2 or attempt_started_at - started_at >= 60000);
create index executions_by_event on executions(event_seq);
create index unsettled on executions(object_key, handler_id, seq) where status < 3 and ordered;
create index parked on executions(handler_id, blocked, next_attempt_at, seq) where status = 2;
create index parked_by_age on executions(handler_id, blocked, seq) where status = 2;
create index parked_by_object on executions(handler_id, object_key) where status = 2;
create index stale on executions(handler_id, status, seq) where stale and status < 3;
create index unresolved on executions(started_at, seq, handler_id, event_type)
  where status in (4, 5) and replayed_as is null and not passed_by and started_at is not null;
create index failures on executions(failure_group, started_at, seq, status, event_type, replayed_as, passed_by)
  where failure_group is not null and status in (2, 4);
create sequence execution_seqs;

create table attempts(
  execution_seq bigint not null,
  attempt integer not null,
  started_at bigint not null,
  duration_ms double precision not null,
  code bigint,
  response text,
  error text,
  request_headers text,
  response_headers text,
  sent_body text,
  target text,
  primary key(execution_seq, attempt)
);

create table askers(execution_seq bigint primary key, by text not null);

create table failure_groups(
  id bigint primary key,
  handler_id text collate "C" not null,
  kind text not null
);
create index failure_groups_by_handler on failure_groups(handler_id, kind);
create index failure_groups_by_kind on failure_groups(kind);

create table idempotency_keys(
  key text collate "C" primary key,
  hash text not null,
  first_seq bigint not null,
  events integer not null,
  at bigint not null
);
create index idempotency_keys_by_age on idempotency_keys(at);

create table counters(
  id bigint primary key,
  waiting bigint not null,
  settled bigint not null,
  last_group bigint not null default 0
) with (fillfactor = 50);

create table bulk_replays(
  id bigint generated always as identity primary key,
  kind text not null,
  filter text not null,
  rate double precision not null,
  matched bigint not null,
  looked bigint not null default 0,
  replayed bigint not null default 0,
  until bigint not null,
  up_to bigint,
  cursor bigint not null default 0,
  state text not null default 'running',
  by text,
  started_at bigint not null,
  ended_at bigint,
  runner bigint
);
create index bulk_replays_running on bulk_replays(id) where state = 'running';

create table circuits(
  handler_id text collate "C" primary key,
  state text not null,
  since bigint not null,
  error text,
  failures integer not null,
  probed bigint,
  probed_at bigint,
  prober bigint
);

create table handlers(id text collate "C" primary key, number integer not null unique);
create table switches(handler_id text collate "C" primary key, switch text not null);

create table alarms(watch text not null, key text not null, alarm text not null, primary key(watch, key));

create table text_slices(
  id integer primary key generated always as identity,
  first bigint not null,
  last bigint not null,
  documents integer not null,
  gone_at timestamptz
);
create table texts_lately(
  touched_at bigint not null,
  event_seq bigint not null,
  primary key(touched_at, event_seq)
);

create table instances(
  id bigint generated always as identity primary key,
  name text not null,
  version text not null,
  machine text not null,
  pid integer not null,
  began text not null,
  format integer not null,
  started_at timestamptz not null default clock_timestamp(),
  dead boolean not null default false,
  handlers text[],
  nodes text[]
);
create table beats(instance bigint primary key, seen_at timestamptz not null) with (fillfactor = 50);

create table meta(key text primary key, value text not null);
insert into meta values('tag', substr(md5(random()::text || clock_timestamp()::text), 1, 8)), ('texts', '0');
`;

export interface Migration {
  readonly sql: string;
  /** The first version that can work beside this one: what only adds something leaves it as it was before. */
  readonly oldest: number;
}

/** One step a version: `migrations[n]` leads from version n to n + 1. */
export const migrations: readonly Migration[] = [{ sql: version1, oldest: 1 }];
