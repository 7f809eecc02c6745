import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { NewEvent } from '../../src/engine/store/journal/accept.ts';
import type { ExecutionChange, NextTurns, Take, TakenLink } from '../../src/engine/store/journal/turn.ts';
import type { Operation } from '../../src/engine/store/sqlite/writer/protocol.ts';
import { stage, statusCode } from '../../src/engine/store/stage.ts';

/** One operation of a history; its numbers choose among what the journal has when its turn comes. */
export interface Step {
  readonly kind: keyof typeof makers;
  readonly choice: number;
  readonly object: number;
  readonly ordered: boolean;
  readonly flag: boolean;
  readonly rare: boolean;
}

/** Operations that share a commit, and what happens to it. */
export interface Batch {
  readonly steps: readonly Step[];
  readonly end: 'kept' | 'full';
  /** What is settled is written after it, or all is. */
  readonly writes: 'nothing' | 'settled' | 'all';
}

const handlers = ['a', 'b', 'c'] as const;
const at = 1_700_000_000_000;

/** What the journal has, from which operations choose. */
class Rows {
  readonly #db: DatabaseSync;
  constructor(db: DatabaseSync) {
    this.#db = db;
  }
  seqs(sql: string): number[] {
    return this.#db
      .prepare(sql)
      .all()
      .map(({ seq }) => Number(seq));
  }
  get(sql: string, ...values: readonly number[]): Record<string, unknown> | undefined {
    return this.#db.prepare(sql).get(...values);
  }
  all(sql: string, ...values: readonly number[]): Record<string, unknown>[] {
    return this.#db.prepare(sql).all(...values);
  }
}

function chosen<T>(from: readonly T[], choice: number): T | undefined {
  return from[choice % from.length];
}

function newEvent({ object, ordered, rare }: Step, time: number): NewEvent {
  return {
    eventType: 'clients.update',
    objectId: String(object),
    objectKey: `clients:${object}`,
    ordered,
    node: rare ? null : 'event-node',
    acceptedAt: time,
    payload: `{"object":"${object}","text":"${'é"\\'.repeat(object)}"}`,
    hops: object,
  };
}

function links({ choice, flag, rare }: Step): TakenLink[] {
  const count = choice % 4;
  return handlers.slice(0, count).map((id, index) => {
    const link = {
      handler: { id, number: index + 1, name: id, type: 'http' as const, priority: 10 * index },
      stop: flag && index === 0,
      target: `POST http://${id}`,
    };
    if (!rare || index !== choice % 3) return link;
    return flag
      ? {
          ...link,
          settled: { status: 'skipped' as const, error: 'its condition is not met', passedBy: true },
        }
      : { ...link, unjudged: true as const };
  });
}

function taking(event: Take['event'], step: Step, time: number): Operation {
  const { object, flag, rare, choice } = step;
  const chain = links(step);
  const take: Take = {
    event,
    executor: 'executor',
    links: chain,
    missed: choice % 6 === 0 ? ['c'] : [],
    // What is to be judged does not start.
    start: choice % 5 > 0 && !chain[0]?.unjudged,
    at: time,
    emit: flag,
    ...(rare &&
      typeof event === 'number' && {
        changed: {
          eventType: 'clients.update',
          objectId: String(object),
          objectKey: `clients:${object}`,
          ordered: true,
          payload: '{"changed":true}',
        },
      }),
  };
  return { name: 'take', args: [take] };
}

function attempted(
  seq: number,
  handler: string,
  attempts: number,
  step: Step,
  time: number,
): ExecutionChange {
  const status = step.rare ? (step.flag ? 'failed' : 'parked') : 'succeeded';
  const error = status === 'succeeded' ? null : `HTTP 50${step.choice % 3}`;
  return {
    seq,
    handler,
    status,
    attemptsBefore: attempts,
    retries: attempts,
    ...(status === 'parked' && { nextAttemptAt: time + 1000 }),
    attempt: {
      startedAt: time,
      durationMs: 3,
      code: status === 'succeeded' ? 200 : 500,
      response: `answer ${step.choice}`,
      error,
      requestHeaders: '{"a":"b"}',
      responseHeaders: null,
      target: `POST http://${handler}`,
      ...(step.choice % 7 === 0 && { sentBody: 'other' }),
    },
  };
}

/** Whose turn it is next, told as the engine tells it. */
function nextTurns(rows: Rows, event: number, execution: number, succeeds: boolean, step: Step): NextTurns {
  const chain = rows.all(
    'select seq, status, handler_id as handler from executions where event_seq = ? order by seq',
    event,
  );
  const before = chain.filter(({ seq }) => Number(seq) < execution);
  const next = chain.find(({ seq, status }) => Number(seq) > execution && status === 0);
  return {
    stopped: [],
    start:
      next && step.choice % 6 > 0 ? { seq: Number(next['seq']), handler: String(next['handler']) } : null,
    plain: succeeds && before.every(({ status }) => status === statusCode.succeeded),
    untold: step.choice % 11 === 0,
  };
}

/** Makes an operation of each kind; undefined where the journal has nothing for it. */
const makers = {
  accept: (_: Rows, step: Step, time: number): Operation => {
    const events = step.flag
      ? [newEvent(step, time), newEvent({ ...step, object: step.object + 1 }, time)]
      : [newEvent(step, time)];
    const key = step.choice % 4 === 0 ? { key: `key-${step.choice % 3}`, hash: `${step.object}` } : undefined;
    return { name: 'accept', args: [events, step.choice % 3, key] };
  },
  broken: (_: Rows, step: Step, time: number): Operation => ({
    name: 'accept',
    args: [[newEvent(step, time), { ...newEvent(step, time), payload: null }], 2],
  }),
  take: (rows: Rows, step: Step, time: number): Operation | undefined => {
    const event = chosen(
      rows.seqs('select seq from events where stage in (2, 2, 1, 0, 10) order by stage <> 2, seq'),
      step.choice,
    );
    return event === undefined ? undefined : taking(event, step, time);
  },
  takeNew: (_: Rows, step: Step, time: number): Operation =>
    taking({ ...newEvent(step, time), node: null }, step, time),
  endTurn: (rows: Rows, step: Step, time: number): Operation | undefined => {
    const execution = chosen(
      rows.seqs('select seq from executions where status = 1 order by seq'),
      step.choice,
    );
    if (execution === undefined) return undefined;
    const row = rows.get(
      `select e.event_seq as event, e.handler_id as handler, e.attempts, v.stage from executions e
       join events v on v.seq = e.event_seq where e.seq = ?`,
      execution,
    );
    const event = Number(row?.['event']);
    const change = attempted(execution, String(row?.['handler']), Number(row?.['attempts']), step, time);
    const inPass = row?.['stage'] === stage.running && !isRetry(rows, event, execution);
    const pass = inPass && nextTurns(rows, event, execution, change.status === 'succeeded', step);
    return { name: 'endTurn', args: [{ event, change, ...(pass && { pass }), at: time, emit: step.flag }] };
  },
  unclaim: (rows: Rows, step: Step, time: number): Operation => ({
    name: 'unclaim',
    args: [
      rows.seqs('select seq from events where stage = 2').slice(0, 1 + (step.choice % 2)),
      step.choice % 2,
      time,
    ],
  }),
  recall: (rows: Rows, step: Step): Operation => ({
    name: 'recall',
    args: step.rare ? [] : [rows.seqs('select seq from events where stage = 2').slice(0, 1)],
  }),
  emitNext: (_: Rows, step: Step): Operation => ({
    name: 'emitNext',
    args: [1 + (step.choice % 3), ['event-node']],
  }),
  startNext: (_: Rows, step: Step, time: number): Operation => ({
    name: 'startNext',
    args: [chosen(handlers, step.choice), 1 + (step.choice % 2), time],
  }),
  startParked: (_: Rows, step: Step, time: number): Operation => ({
    name: 'startParked',
    args: [chosen(handlers, step.choice), 2, time, ...(step.rare ? [0] : [])],
  }),
  cancelParked: (_: Rows, step: Step, time: number): Operation => ({
    name: 'cancelParked',
    args: [
      {
        which: { handler: chosen(handlers, step.choice), stale: step.flag },
        why: 'asked',
        limit: 2,
        at: time,
      },
    ],
  }),
  replay: (rows: Rows, step: Step, time: number): Operation | undefined => {
    const event = chosen(rows.seqs('select seq from events where stage >= 6 order by seq'), step.choice);
    if (event === undefined) return undefined;
    return { name: 'replay', args: [{ which: { event }, callable: handlers, by: 'anna', at: time }] };
  },
};

/** It was started again while its event is in its first pass for another one. */
function isRetry(rows: Rows, event: number, execution: number): boolean {
  const running = rows.all(
    'select seq from executions where event_seq = ? and status = 1 order by seq',
    event,
  );
  return running.length > 1 && Number(running.at(-1)?.['seq']) !== execution;
}

/** The operations of a batch, for a journal that has these rows. An execution's turn ends once. */
export function operationsOf(batch: Batch, db: DatabaseSync, number: number): Operation[] {
  const rows = new Rows(db);
  const operations = batch.steps.flatMap((step) => makers[step.kind](rows, step, at + 1000 * number) ?? []);
  const ended = new Set<number>();
  return operations.filter(({ name, args }) => {
    if (name !== 'endTurn') return true;
    const { event } = args[0] as { readonly event: number };
    const isFirst = !ended.has(event);
    ended.add(event);
    return isFirst;
  });
}

const kinds: readonly Step['kind'][] = [
  ...Array<'accept'>(4).fill('accept'),
  ...Array<'take'>(6).fill('take'),
  ...Array<'endTurn'>(8).fill('endTurn'),
  ...Array<'replay'>(3).fill('replay'),
  ...(Object.keys(makers) as Step['kind'][]),
];
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  choice: fc.nat({ max: 1000 }),
  object: fc.constantFrom(1, 1, 1, 2, 2, 3),
  ordered: fc.constantFrom(true, true, true, false),
  flag: fc.boolean(),
  rare: fc.constantFrom(false, false, true),
});

export const histories = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom('kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'full'),
    writes: fc.constantFrom('nothing', 'nothing', 'nothing', 'settled', 'all'),
  }) satisfies fc.Arbitrary<Batch>,
  { minLength: 1, maxLength: 80, size: 'max' },
);
