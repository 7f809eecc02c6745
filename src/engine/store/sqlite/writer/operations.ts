import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../../journal.ts';
import { Acceptance } from './accept.ts';
import { Announcements } from './announcements.ts';
import { Backlogged } from './backlogged.ts';
import { Book } from './book.ts';
import { BulkReplays } from './bulk-replays.ts';
import { Circuits } from './circuits.ts';
import { Clock } from './clock.ts';
import { Emissions } from './emissions.ts';
import { Executions } from './executions.ts';
import { Isolation } from './isolation.ts';
import { Lanes } from './lanes.ts';
import { Parked } from './parked.ts';
import { Replays } from './replays.ts';
import { Retention } from './retention.ts';
import { Sequence } from './sequence.ts';
import { Taking } from './take.ts';
import { Turns } from './turns.ts';

/** What is written: the journal's operations, and a copy of the handler book, so that it is not lost with its file. */
export interface Written extends Omit<Journal, 'tag' | 'found' | 'onWork'> {
  keepBook(book: string): Promise<void>;
}

/** The operations as they cross to the writer. */
export type OperationName = keyof Written;
export type Operations = {
  readonly [Name in OperationName]: (
    ...args: Parameters<Written[Name]>
  ) => Awaited<ReturnType<Written[Name]>>;
};

export interface Writing extends Operations {
  /** What they make runnable. */
  readonly work: Announcements;
  /** Whether something is to be indexed since it was asked last. */
  takeTouched(): boolean;
  /** To be called after a rollback. */
  reset(): void;
}

/** The operations on an open database. */
export function operationsOn(db: DatabaseSync): Writing {
  const work = new Announcements();
  const lanes = new Lanes(db, work);
  const clock = new Clock(db);
  const waiting = new Backlogged(db);
  const events = new Sequence(db, 'events');
  const sequence = new Sequence(db, 'executions');
  const executions = new Executions(db, work);
  const acceptance = new Acceptance(db, lanes, events, waiting, work);
  const book = new Book(db);
  const emissions = new Emissions(db, lanes, clock, waiting, work);
  const reset = () => {
    waiting.reset();
    events.reset();
    sequence.reset();
  };
  const isolation = new Isolation(db, work, reset);
  const turns = new Turns(db, { lanes, executions, sequence, clock, isolation, work });
  const taking = new Taking(db, { lanes, acceptance, executions, turns, sequence, clock, waiting, work });
  const parked = new Parked(db, turns, isolation);
  const replays = new Replays(db, { lanes, executions, turns, events, waiting, work });
  const bulkReplays = new BulkReplays(db, replays, isolation);
  const circuits = new Circuits(db);
  const retention = new Retention(db);
  return {
    accept: (...args) => acceptance.accept(...args),
    emitNext: (limit, nodes, off = []) => emissions.emitNext(limit, nodes, off),
    recall: (seqs) => emissions.recall(seqs),
    unclaim: (seqs, emit, at) => emissions.unclaim(seqs, emit, at),
    take: (take) => taking.take(take),
    endTurn: (end) => turns.end(end),
    startNext: (handler, limit, at) => turns.startNext(handler, limit, at),
    startParked: (handler, limit, at) => parked.start(handler, limit, at),
    startProbe: (handler, after, at) => parked.startProbe(handler, after, at),
    cancelParked: (cancel) => parked.cancel(cancel),
    replay: (replay) => replays.replay(replay),
    beginReplay: (begin) => bulkReplays.begin(begin),
    continueReplay: (part) => bulkReplays.continue(part),
    endReplay: (id, at) => bulkReplays.cancel(id, at),
    saveCircuit: (circuit) => circuits.save(circuit),
    keepBook: (text) => book.keep(text),
    prune: (request) => retention.prune(request),
    work,
    takeTouched: () => clock.takeTouched(),
    reset,
  };
}
