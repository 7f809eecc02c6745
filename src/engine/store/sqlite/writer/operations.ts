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

/** The operations of the journal's interface, as they cross to the writer. */
export type OperationName = Exclude<
  keyof Journal,
  'tag' | 'found' | 'notice' | 'book' | 'trouble' | 'lost' | 'onWork' | 'backUp' | 'close'
>;
export type Operations = {
  readonly [Name in OperationName]: (
    ...args: Parameters<Journal[Name]>
  ) => Awaited<ReturnType<Journal[Name]>>;
};

/** The operations on an open database, what they make runnable, and `reset` for after a rollback. */
export function operationsOn(db: DatabaseSync): Operations & { readonly work: Announcements; reset(): void } {
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
    reset,
  };
}
