import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { NewEvent } from '../../src/engine/store/journal/accept.ts';
import type { Replay } from '../../src/engine/store/journal/replay.ts';
import type { ExecutionChange, Take, TurnEnd } from '../../src/engine/store/journal/turn.ts';
import type { CancelParked } from '../../src/engine/store/journal/work.ts';
import type { Journal } from '../../src/engine/store/journal.ts';
import { Connection } from '../../src/engine/store/postgres/connection.ts';
import type { Operation } from '../../src/engine/store/sqlite/writer/protocol.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { histories, operationsOf, type Step } from './operation-history.ts';

/** When the first operation is carried out; the others follow, one a second. */
export const historyBegins = 1_700_000_000_000;

const types = ['clients.update', 'clients.create', 'accounts.update'] as const;
const words = [
  'alpha',
  'alpine',
  'beta',
  'mail.example',
  'anna@mail.example',
  'acc-2026-0042',
  'Zürich',
] as const;
const codes = [200, 200, 204, 404, 500, 503, null] as const;
const errors = [
  'HTTP 500',
  'client 12 is locked',
  'timeout after 30 s',
  'HTTP 503 Service Unavailable',
] as const;

/** Most of what is accepted is to be taken, and much of what is parked to wait. */
const seldom: ReadonlySet<Step['kind']> = new Set(['accept', 'startParked', 'cancelParked']);

/** The n-th of a list, over and over. */
const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Numbers of one journal that stand for those of another. */
type Numbers = ReadonlyMap<number, number>;
interface Both {
  readonly events: Numbers;
  readonly executions: Numbers;
}

/** Two journals that have been through the same; the second one gives other numbers. */
export class TwinJournals {
  readonly #stores: readonly [Store, Store];
  readonly #db: DatabaseSync;
  readonly #connection: Connection;

  private constructor(stores: readonly [Store, Store], db: DatabaseSync, connection: Connection) {
    this.#stores = stores;
    this.#db = db;
    this.#connection = connection;
  }

  /** @param folder of the store in SQLite @param url of the one in PostgreSQL, with its schema */
  static async open(stores: readonly [Store, Store], folder: string, url: string, schema: string) {
    const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
    return new TwinJournals(stores, db, await Connection.open({ connectionString: url }, schema));
  }

  /** Carries out so many operations, the same every time, on both. */
  async live(operations: number): Promise<void> {
    const steps = fc
      .sample(histories, { seed: 11, numRuns: 100 })
      .flat()
      .flatMap((batch) => batch.steps)
      .filter(({ kind, choice }) => kind !== 'broken' && (!seldom.has(kind) || choice % 4 === 0))
      .map((step) => (step.kind === 'endTurn' ? { ...step, rare: step.choice % 5 < 3 } : step));
    let done = 0;
    for (const [number, step] of steps.entries()) {
      if (done === operations) return;
      // What begins last goes on.
      if (step.kind === 'endTurn' && done > 0.95 * operations) continue;
      const batch = { steps: [step], end: 'kept', writes: 'nothing' } as const;
      for (const plain of operationsOf(batch, this.#db, number)) {
        const operation = coloured(plain, step);
        const there = translated(operation, await this.numbers('there'));
        await Promise.all([
          carryOut(this.#stores[0].journal, operation),
          carryOut(this.#stores[1].journal, there),
        ]);
        done += 1;
      }
    }
    throw new Error(`the history has ${done} operations only`);
  }

  /** @param to `there`: of the first journal, in the second; `back`: the other way round */
  async numbers(to: 'there' | 'back'): Promise<Both> {
    const [events, executions] = await Promise.all(
      (['events', 'executions'] as const).map(async (table) => {
        const all = `select seq from ${table} order by seq`;
        const first = this.#db
          .prepare(all)
          .all()
          .map(({ seq }) => Number(seq));
        const second = (await this.#connection.query(all, [])).map(({ seq }) => Number(seq));
        if (first.length !== second.length)
          throw new Error(
            `${first.length} and ${second.length} ${table}: they have not been through the same`,
          );
        const [from, into] = to === 'there' ? [first, second] : [second, first];
        return new Map(from.map((seq, at) => [seq, into[at] ?? 0]));
      }),
    );
    return { events: events ?? new Map(), executions: executions ?? new Map() };
  }

  async close(): Promise<void> {
    this.#db.close();
    await this.#connection.close();
  }
}

function carryOut(journal: Journal, { name, args }: Operation): Promise<unknown> {
  return (journal[name as keyof Journal] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
}

/** Gives an operation what differs from one to the next, so that there is something to look for. */
function coloured(operation: Operation, { choice, object }: Step): Operation {
  const { name, args } = operation;
  const event = (one: NewEvent, n: number): NewEvent => ({
    ...one,
    eventType: nth(types, choice + n),
    payload: JSON.stringify({ data: { name: nth(words, choice + n), note: nth(words, object + n) } }),
  });
  if (name === 'accept') {
    const [events, ...rest] = args as [readonly NewEvent[]];
    return { name, args: [events.map(event), ...rest] };
  }
  if (name === 'take') {
    const [take] = args as [Take];
    return typeof take.event === 'number'
      ? operation
      : { name, args: [{ ...take, event: event(take.event, 0) }] };
  }
  if (name === 'endTurn') {
    const [end] = args as [TurnEnd];
    return { name, args: [{ ...end, change: changed(end.change, choice) }] };
  }
  // One at a time, so that no two begin in the same ms: what begins together, SQLite indexes together.
  if (name === 'startNext') return { name, args: args.with(1, 1) };
  // Which ones first, no journal says.
  if (name === 'cancelParked') return { name, args: [{ ...(args[0] as CancelParked), limit: 1000 }] };
  return operation;
}

function changed(change: ExecutionChange, choice: number): ExecutionChange {
  const { attempt, status } = change;
  if (!attempt) return change;
  const error = status === 'succeeded' ? null : nth(errors, choice);
  const response = nth(words, choice >> 2);
  return {
    ...change,
    attempt: { ...attempt, durationMs: choice % 50, code: nth(codes, choice), response, error },
  };
}

/** Names the events and executions of an operation as the other journal does. */
function translated(operation: Operation, { events, executions }: Both): Operation {
  const { name, args } = operation;
  const event = (seq: number) => events.get(seq) ?? seq;
  const execution = (seq: number) => executions.get(seq) ?? seq;
  if (name === 'take') {
    const [take] = args as [Take];
    return {
      name,
      args: [{ ...take, event: typeof take.event === 'number' ? event(take.event) : take.event }],
    };
  }
  if (name === 'endTurn') {
    const [{ change, pass, ...end }] = args as [TurnEnd];
    const start = pass?.start && { ...pass.start, seq: execution(pass.start.seq) };
    return {
      name,
      args: [
        {
          ...end,
          event: event(end.event),
          change: { ...change, seq: execution(change.seq) },
          ...(pass && { pass: { ...pass, start: start ?? null } }),
        },
      ],
    };
  }
  if (name === 'unclaim' || name === 'recall') {
    const [some, ...rest] = args as [(readonly number[])?];
    return { name, args: some ? [some.map(event), ...rest] : [] };
  }
  if (name === 'replay') {
    const [replay] = args as [Replay];
    const { which } = replay;
    return {
      name,
      args: [{ ...replay, which: 'event' in which ? { event: event(which.event) } : which }],
    };
  }
  return operation;
}
