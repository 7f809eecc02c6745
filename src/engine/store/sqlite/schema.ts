import type { DatabaseSync } from 'node:sqlite';
import type { moveKey } from '../move-mark.ts';
import { calledTarget } from '../reading/called-target.ts';
import { oddSuccess } from '../reading/selections.ts';
import { groupFailures } from './failure-groups.ts';
import { inTransaction } from './transaction.ts';

/**
 * The journal's tables. An event is one row from acceptance to pruning; `stage` says where it stands
 * (see stage.ts). An execution's row is inserted when its event is taken, so that membership and order are fixed.
 *
 * - `ordered` rows stand in their object's lane (rule 6); where `ordering` is `none` they do not.
 * - `turn` orders a lane: an event's own seq until it is taken, then the seq of its first execution.
 * - `touched_at`, in µs, is set when the first pass is over and at each change since. No two are the same and
 *   it never runs backwards, so that it serves as a cursor for the text index and for retention.
 * - Other times are ms since the epoch.
 * - A chain is its event's executions by `position`; where a position has several, the last one counts: the others
 *   were replayed.
 * - An execution that was replayed or revived names in `replayed_as` the one that stands in its place now.
 * - The execution's row holds its last attempt; `attempts` holds the ones before.
 * - An execution enters the log's indexes when it parks or is settled; what runs is found by `running`.
 * - A parked execution has a `next_attempt_at`; `blocked` means that an earlier one of its handler and object goes
 *   first, `stale` that its handler has missed a later event of the object while it was disabled.
 */
const version1 = `
create table events(
  seq integer primary key autoincrement,
  event_type text not null,
  object_id text not null,
  object_key text not null,
  ordered integer not null default 1,
  node text,
  stage integer not null,
  turn integer not null,
  accepted_at integer not null,
  touched_at integer,
  executor text,
  next_handler text,
  payload text not null
) strict;
create index events_by_stage on events(stage, accepted_at, seq, event_type);
create index events_by_type on events(event_type, accepted_at);
create index events_by_object on events(object_id, accepted_at);
create index events_by_time on events(accepted_at);
create index events_by_touch on events(touched_at) where touched_at is not null;
create index settled on events(touched_at) where stage >= 7;
create index lanes on events(object_key, stage, turn) where stage < 6 and ordered = 1;
create index ready on events(node, accepted_at) where stage = 1;
create index due on events(next_handler, turn) where stage = 4;

create table executions(
  seq integer primary key autoincrement,
  event_seq integer not null,
  position integer not null,
  event_type text not null,
  object_id text not null,
  object_key text not null,
  ordered integer not null default 1,
  handler_id text not null,
  handler_number integer not null,
  handler_name text not null,
  handler_type text not null,
  priority integer not null,
  stop integer not null,
  status integer not null,
  blocked integer not null default 0,
  stale integer not null default 0,
  retries integer not null default 0,
  next_attempt_at integer,
  target text,
  started_at integer,
  attempt_started_at integer,
  duration_ms integer,
  attempts integer not null default 0,
  code integer,
  response text,
  error text,
  request_headers text,
  response_headers text,
  replay_of integer
) strict;
create index running on executions(started_at) where status = 1;
create index executions_by_status on executions(status, started_at) where status > 1 and started_at is not null;
create index executions_by_handler on executions(handler_id, status, started_at)
  where status > 1 and started_at is not null;
create index executions_by_type on executions(event_type, status, started_at, seq, handler_id)
  where status > 1 and started_at is not null;
create index executions_by_object on executions(object_id, status, started_at)
  where status > 1 and started_at is not null;
create index executions_by_event on executions(event_seq);
create index unsettled on executions(object_key, handler_id, seq) where status < 3 and ordered = 1;
create index parked on executions(handler_id, blocked, next_attempt_at) where status = 2;
create index parked_by_age on executions(handler_id, blocked, seq) where status = 2;
create index parked_by_object on executions(handler_id, object_key) where status = 2;
create index parked_stale on executions(handler_id, seq) where status = 2 and stale = 1;

create table attempts(
  execution_seq integer not null,
  attempt integer not null,
  started_at integer not null,
  duration_ms integer not null,
  code integer,
  response text,
  error text,
  request_headers text,
  response_headers text,
  primary key(execution_seq, attempt)
) strict, without rowid;

create table idempotency_keys(
  key text primary key,
  hash text not null,
  first_seq integer not null,
  events integer not null,
  at integer not null
) strict, without rowid;
create index idempotency_keys_by_age on idempotency_keys(at);

create table circuits(
  handler_id text primary key,
  state text not null,
  since integer not null,
  error text
) strict, without rowid;

create table meta(key text primary key, value text not null) strict, without rowid;
`;

/** `hops`: how many calls of handlers, each for the event before, have led to it. */
const version2 = 'alter table events add column hops integer not null default 0';

/** Replays of all that matched a filter, and how far each has come. */
const version3 = `
create table bulk_replays(
  id integer primary key autoincrement,
  filter text not null,
  rate real not null,
  matched integer not null,
  replayed integer not null default 0,
  until integer not null,
  cursor integer not null default 0,
  state text not null default 'running',
  by text,
  started_at integer not null,
  ended_at integer
) strict;
`;

/**
 * Objects come in no order: to write an index of all of them cost as much as half of the rest together, as soon as it
 * was larger than the memory for it. The text index knows them too, once they are not open any more.
 */
const version4 = `
drop index events_by_object;
drop index executions_by_object;
create index open_by_object on events(object_id) where stage < 6;
`;

/** What is not parked can be stale too, until its handler is enabled again. */
const version5 = `
drop index parked_stale;
create index stale on executions(handler_id, status, seq) where stale = 1 and status < 3;
`;

/**
 * What was tried and waits, and what ended a minute or more after its turn came, by its last attempt: a long outage
 * parks so many in front of it that no list by turn comes to it. Who succeeds or fails at once stays out of it.
 */
const version6 = `
create index tried on executions(handler_id, status, attempt_started_at, started_at)
  where attempts > 0 and status > 1 and (status = 2 or attempt_started_at - started_at >= 60000);
`;

/** Alarms that watch nodes have told of and that hold. */
const version7 = `
create table alarms(
  watch text not null,
  key text not null,
  alarm text not null,
  primary key(watch, key)
) strict, without rowid;
`;

/** Of each execution that was replayed or revived, the one that stands in its place now. */
export const markReplayed = `
update executions set replayed_as = (
  select max(seq) from executions as last indexed by executions_by_event
  where last.event_seq = executions.event_seq and last.position = executions.position)
where replayed_as is null and seq in (select replay_of from executions where replay_of is not null);
`;

/**
 * What failed or was skipped and nothing has replaced: few rows, in an index of their own, so that success does not
 * write there. What was passed by on purpose (`passed_by`) is nothing that somebody would have to set right.
 */
const version8 = `
alter table executions add column replayed_as integer;
alter table executions add column passed_by integer not null default 0;
${markReplayed}
create index unresolved on executions(started_at, seq, handler_id, event_type)
  where status in (4, 5) and replayed_as is null and passed_by = 0 and started_at is not null;
`;

/**
 * A search by code or duration goes through the log's own index alone: a row enters it when both are known, so that
 * the writer has no further one to keep. Nearly all rows have succeeded, and few of those are meant by a code such as
 * 500, of which the second index leaves out the others.
 */
const version9 = `
drop index executions_by_status;
create index executions_by_status on executions(status, started_at, seq, code, duration_ms)
  where status > 1 and started_at is not null;
create index odd_successes on executions(started_at, seq, code) where ${oddSuccess};
`;

/** `unjudged`: its handler's condition is judged when its turn comes. */
const version10 = `
alter table executions add column unjudged integer not null default 0;
`;

/** `sent_body`: what was sent in the place of the envelope, '' for no body at all; null where it was the envelope. */
const version11 = `
alter table executions add column sent_body text;
alter table attempts add column sent_body text;
`;

/**
 * What failed, or waits after a failed attempt, belongs to the group of its handler and kind (see failure-kind.ts). The
 * index holds all that a group is counted by. What succeeds at once is never written there.
 */
const version12 = `
create table failure_groups(
  id integer primary key,
  handler_id text not null,
  kind text not null,
  unique(handler_id, kind)
) strict;
create index failure_groups_by_kind on failure_groups(kind);
alter table executions add column failure_group integer;
create index failures on executions(failure_group, started_at, seq, status, event_type, replayed_as, passed_by)
  where failure_group is not null and status in (2, 4);
`;
const groupedSince = 12;

/** The last execution that there was when a bulk replay was asked about. */
const version13 = 'alter table bulk_replays add column up_to integer';

/** Whom each attempt called: a handler may have changed between two, or take it from the event. */
const version14 = 'alter table attempts add column target text';

/** Makes way for the next attempt in the rows of executions; what follows says of which. */
export const keepAttempts = `insert into attempts(execution_seq, attempt, started_at, duration_ms, code, response, error,
  request_headers, response_headers, sent_body, target)
  select seq, attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
  sent_body, ${calledTarget} from executions`;

/**
 * What is done with many is not only the replay of executions; `looked` counts the events that it has looked at.
 * `delivery`: which of these has made an execution of an event that its handler had missed.
 */
const version15 = `
alter table bulk_replays add column kind text not null default 'executions';
alter table bulk_replays add column looked integer not null default 0;
alter table executions add column delivery integer;
`;

/**
 * Who has asked for an execution that runs again or was delivered later. It is a table of its own so that the rows of
 * all others, which nobody asks for, are not longer by it.
 */
const version16 = `
create table askers(
  execution_seq integer primary key,
  by text not null
) strict;
`;

/**
 * What has become of drafts (events with their executions of which there are no rows yet) with each commit `n`, as JSON:
 * see writer/drafts/notes.ts.
 */
const version17 = `
create table notes(n integer primary key, text text not null, payloads text not null) strict;
`;

/** One step a version: `migrations[n]` leads from version n to n + 1. */
export const migrations: readonly string[] = [
  version1,
  version2,
  version3,
  version4,
  version5,
  version6,
  version7,
  version8,
  version9,
  version10,
  version11,
  version12,
  version13,
  version14,
  version15,
  version16,
  version17,
];

export const schemaVersion = migrations.length;

/** @returns the version of the file, 0 for an empty one */
export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('pragma user_version').get()?.['user_version'] ?? 0);
}

/** Brings the file to this version, all or nothing. */
export function migrate(db: DatabaseSync): void {
  const from = versionOf(db);
  if (from >= schemaVersion) return;
  inTransaction(db, () => {
    for (const step of migrations.slice(from)) db.exec(step);
    if (from > 0 && from < groupedSince) groupFailures(db);
    db.exec(`pragma user_version = ${schemaVersion}`);
  });
}

/**
 * What is noted of the journal as a whole: its `tag`, the handler book as text, which registry.json holds too, and a
 * move that it takes part in. The last touch that no row has any more (`touched`) is noted there, too: see mark.ts.
 */
export function metaOf(db: DatabaseSync, key: 'tag' | 'book' | typeof moveKey): string | null {
  const row = db.prepare('select value from meta where key = ?').get(key);
  return row ? String(row['value']) : null;
}

/** The last numbers that were given to rows. They are never given again: public ids are made of them. */
export type Numbers = Readonly<Record<'events' | 'executions', number>>;

export function numbersGiven(db: DatabaseSync): Numbers {
  const of = db.prepare('select seq from sqlite_sequence where name = ?');
  const last = (table: keyof Numbers) => Number(of.get(table)?.['seq'] ?? 0);
  return { events: last('events'), executions: last('executions') };
}

/** None up to these will be given to a row. */
export function passOver(db: DatabaseSync, { events, executions }: Numbers): void {
  db.exec("delete from sqlite_sequence where name in ('events', 'executions')");
  db.prepare("insert into sqlite_sequence(name, seq) values('events', ?), ('executions', ?)").run(
    events,
    executions,
  );
}
