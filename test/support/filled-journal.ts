import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../src/engine/store/sqlite/schema.ts';
import { type Stage, stage, statusCode } from '../../src/engine/store/stage.ts';
import type { ExecutionStatus } from '../../src/engine/words/execution.ts';

export const tag = 'abc123';

/** 2026-01-01T00:00:00Z, where every made journal begins. */
export const beginning = 1_767_225_600_000;

/** A journal's file as a writer would have it open. */
export function openJournal(folder: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, 'journal.sqlite'));
  db.exec('pragma journal_mode = wal; pragma synchronous = off');
  migrate(db);
  db.prepare("insert or ignore into meta(key, value) values('tag', ?)").run(tag);
  return db;
}

export interface MadeExecution {
  readonly handler?: string;
  readonly status?: ExecutionStatus;
  /** ms after the event was accepted; null: its turn has not come. */
  readonly startedAfter?: number | null;
  readonly durationMs?: number | null;
  readonly attempts?: number;
  readonly blocked?: boolean;
  readonly nextAttemptAt?: number | null;
  readonly code?: number | null;
  readonly response?: string | null;
  readonly error?: string | null;
}

export interface MadeEvent {
  readonly eventType?: string;
  readonly objectId?: string;
  readonly data?: object;
  readonly acceptedAt?: number;
  readonly stage?: Stage;
  /** null: the first pass is not over. */
  readonly touchedAt?: number | null;
  readonly executions?: readonly MadeExecution[];
}

export interface Made {
  readonly seq: number;
  readonly executions: readonly number[];
}

/** Puts events, their executions and attempts into a journal, as if they had run. */
export class JournalFiller {
  readonly #db: DatabaseSync;
  readonly #event;
  readonly #taken;
  readonly #execution;
  readonly #attempt;
  #touched: number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#touched = Number(
      db.prepare('select max(touched_at) as last from events where touched_at is not null').get()?.['last'] ??
        0,
    );
    this.#event = db.prepare(
      `insert into events(event_type, object_id, object_key, node, stage, turn, accepted_at, touched_at, payload)
       values(?, ?, ?, 'event-node', ?, 0, ?, ?, ?)`,
    );
    this.#taken = db.prepare('update events set turn = ? where seq = ?');
    this.#execution = db.prepare(
      `insert into executions(event_seq, position, event_type, object_id, object_key, handler_id, handler_number, handler_name,
         handler_type, priority, stop, status, blocked, next_attempt_at, target, started_at, attempt_started_at,
         duration_ms, attempts, code, response, error, request_headers, response_headers, replay_of)
       values(?, ?, ?, ?, ?, ?, ?, ?, 'http', 10, 0, ?, ?, ?, 'POST http://crm.example/hooks', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#attempt = db.prepare(
      `insert into attempts(execution_seq, attempt, started_at, duration_ms, code, response, error, request_headers, response_headers)
       values(?, ?, ?, 25, 503, 'busy', 'the target answered 503', '{"provisioning-attempt":"1"}', '{}')`,
    );
  }

  add(event: MadeEvent): Made {
    const {
      eventType = 'clients.create',
      objectId = '12',
      data = {},
      acceptedAt = beginning,
      executions = [{}],
    } = event;
    const objectKey = `${eventType.replace(/\.[^.]*$/, '')}:${objectId}`;
    const envelope = {
      event: { dt: new Date(acceptedAt).toISOString(), events_id: eventType, object_id: objectId },
      data,
    };
    const { lastInsertRowid } = this.#event.run(
      eventType,
      objectId,
      objectKey,
      event.stage ?? stage.succeeded,
      acceptedAt,
      event.touchedAt === null ? null : this.#touch(event.touchedAt ?? acceptedAt + 100),
      JSON.stringify(envelope),
    );
    const seq = Number(lastInsertRowid);
    const place = { event: seq, eventType, objectId, objectKey, at: acceptedAt, replayOf: null };
    const seqs = executions.map((execution, position) =>
      this.#addExecution({ ...place, position }, execution),
    );
    this.#taken.run(seqs[0] ?? seq, seq);
    return { seq, executions: seqs };
  }

  /** Changes an execution, as a further attempt or an operator would, and touches its event. */
  settle(
    event: Made,
    execution: number,
    change: { status: ExecutionStatus; response?: string; at: number; stage?: Stage },
  ): void {
    this.#db
      .prepare('update executions set status = ?, response = coalesce(?, response) where seq = ?')
      .run(statusCode[change.status], change.response ?? null, execution);
    this.#db
      .prepare('update events set stage = ?, touched_at = ? where seq = ?')
      .run(change.stage ?? stage.succeeded, this.#touch(change.at), event.seq);
  }

  /** A further execution of the event, in the place of one that there was before. */
  addReplay(
    event: Made,
    replayOf: number,
    { at, ...execution }: MadeExecution & { readonly at: number },
  ): number {
    const row = this.#db
      .prepare('select event_type, object_id, object_key, position from executions where seq = ?')
      .get(replayOf);
    this.#db.prepare('update events set touched_at = ? where seq = ?').run(this.#touch(at + 100), event.seq);
    const seq = this.#addExecution(
      {
        event: event.seq,
        eventType: String(row?.['event_type']),
        objectId: String(row?.['object_id']),
        objectKey: String(row?.['object_key']),
        position: Number(row?.['position']),
        at,
        replayOf,
      },
      execution,
    );
    this.#db
      .prepare('update executions set replayed_as = ? where event_seq = ? and position = ? and seq < ?')
      .run(seq, event.seq, Number(row?.['position']), seq);
    return seq;
  }

  /** In µs; no two are the same. */
  #touch(at: number): number {
    this.#touched = Math.max(this.#touched + 1, at * 1000);
    return this.#touched;
  }

  #addExecution(place: Place, made: MadeExecution): number {
    const { handler = 'crm', status = 'succeeded', startedAfter = 5, durationMs = 20, attempts = 1 } = made;
    const failed = status === 'failed' || status === 'parked';
    const startedAt = startedAfter === null ? null : place.at + startedAfter;
    const attempted = startedAt !== null && attempts > 0;
    const { lastInsertRowid } = this.#execution.run(
      place.event,
      place.position,
      place.eventType,
      place.objectId,
      place.objectKey,
      handler,
      handler.length,
      handler.toUpperCase(),
      statusCode[status],
      made.blocked ? 1 : 0,
      made.nextAttemptAt ?? null,
      startedAt,
      attempted ? startedAt + (attempts - 1) * 1000 : null,
      attempted ? durationMs : null,
      attempted ? attempts : 0,
      made.code === undefined ? (failed ? 500 : 200) : made.code,
      made.response === undefined ? '{"ok":true}' : made.response,
      made.error === undefined ? (failed ? 'the target answered 500' : null) : made.error,
      attempted ? '{"content-type":"application/json"}' : null,
      attempted ? '{"server":"crm"}' : null,
      place.replayOf,
    );
    const seq = Number(lastInsertRowid);
    for (let attempt = 1; attempt < attempts; attempt += 1) {
      this.#attempt.run(seq, attempt, (startedAt ?? 0) + (attempt - 1) * 1000);
    }
    return seq;
  }
}

interface Place {
  readonly event: number;
  readonly position: number;
  readonly eventType: string;
  readonly objectId: string;
  readonly objectKey: string;
  readonly at: number;
  readonly replayOf: number | null;
}

const eventTypes = [
  ['clients.create', 6],
  ['clients.update', 30],
  ['clients.balance_zero', 12],
  ['clients.balance_notzero', 12],
  ['clients.custom_fields.update', 4],
  ['clients.accounts.create', 8],
  ['clients.accounts.update', 20],
  ['clients.packages.create', 7],
  ['clients.archive', 1],
] as const;
const handlers = ['crm', 'softswitch', 'billing-mirror', 'mailer', 'notify-script', 'dwh'] as const;
const firstNames =
  'Anna Boris Chloe David Elena Felix Greta Hugo Irina Jonas Katya Luca Maria Nikolai Olga Pavel Rosa Sergej Tanja Viktor'.split(
    ' ',
  );
const lastNames =
  'Adams Berger Costa Dubois Eriksen Fischer Garcia Horvath Ivanov Jansen Kovacs Lopez Moreau Novak Olsen Petrov Rossi Schmidt Tanaka Weber'.split(
    ' ',
  );

/** The same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % sides;
  };
}

/**
 * Fills a journal with at least this many executions of a telecom's ordinary days: nine event types, six handlers,
 * 20,000 clients, three of a hundred failed or parked. Fast: about a minute for a million.
 */
export function fillJournal(
  db: DatabaseSync,
  executions: number,
  { everyMs = 500, seed = 7 } = {},
): { readonly last: number } {
  const roll = dice(seed);
  const filler = new JournalFiller(db);
  const eventTypesByWeight = eventTypes.flatMap(([type, weight]) =>
    Array.from({ length: weight }, () => type),
  );
  const eventType = () => eventTypesByWeight[roll(eventTypesByWeight.length)] ?? 'clients.update';
  const hex = (length: number) => Array.from({ length }, () => roll(16).toString(16)).join('');
  const indexes = db
    .prepare(
      "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('events', 'executions')",
    )
    .all();
  db.exec('begin');
  // A bulk load is several times faster when the indexes are built at the end.
  if (executions > 50_000) for (const { name } of indexes) db.exec(`drop index ${name}`);
  let at = beginning;
  for (let made = 0; made < executions; ) {
    at += roll(2 * everyMs);
    const client = roll(20_000);
    const name = `${firstNames[client % 20]} ${lastNames[(client >> 4) % 20]}`;
    const chain = 1 + roll(3);
    const first = roll(handlers.length);
    let parked = false;
    let failed = false;
    const event: MadeEvent = {
      eventType: eventType(),
      objectId: String(client),
      acceptedAt: at,
      data: {
        id: client,
        name,
        email: `${name.toLowerCase().replace(' ', '.')}${client}@mail${roll(40)}.example`,
        phone: `+3804${String(roll(100_000_000)).padStart(8, '0')}`,
        account_no: `ACC-${2020 + roll(7)}-${String(roll(1_000_000)).padStart(6, '0')}`,
        balance: roll(100_000) / 100,
        currency: 'EUR',
        companies_id: roll(12),
        status: roll(20) ? 'active' : 'suspended',
        ip: `10.${roll(4)}.${roll(256)}.${roll(256)}`,
      },
      executions: Array.from({ length: chain }, (_, place) => {
        const luck = roll(1000);
        const status = luck < 20 ? 'failed' : luck < 30 ? 'parked' : luck < 33 ? 'cancelled' : 'succeeded';
        parked ||= status === 'parked';
        failed ||= status === 'failed';
        const bad = status === 'failed' || status === 'parked';
        return {
          handler: handlers[(first + place) % handlers.length] ?? 'crm',
          status,
          startedAfter: 2 + place * 30 + roll(20),
          durationMs: 5 + roll(40) + (roll(50) ? 0 : 900),
          attempts: bad ? 1 + roll(3) : 1,
          response: bad
            ? '{"error":"service unavailable"}'
            : `{"ok":true,"request_id":"${hex(8)}-${hex(4)}-${hex(12)}","accepted":"${name}"}`,
          error: bad ? `the target answered ${luck % 2 ? 503 : 500}` : null,
          code: bad ? (luck % 2 ? 503 : 500) : 200,
        } as const;
      }),
    };
    const outcome = parked ? stage.parked : failed ? stage.failed : stage.succeeded;
    filler.add({ ...event, stage: outcome, touchedAt: at + 150 });
    made += chain;
  }
  if (executions > 50_000) for (const { sql } of indexes) db.exec(String(sql));
  db.exec('commit');
  return { last: at };
}
