import type { DatabaseSync } from 'node:sqlite';
import type { Journal, Prune } from '../journal.ts';
import { prune } from '../retention.ts';
import { Acceptance } from './accept.ts';
import { Backlogged } from './backlogged.ts';
import { Chains } from './chains.ts';
import { Clock } from './clock.ts';
import { Emissions } from './emissions.ts';
import { Lanes } from './lanes.ts';
import { Sequence } from './sequence.ts';

/** The writing half of the journal's interface, as it crosses to the writer. */
export type OperationName =
  | 'accept'
  | 'take'
  | 'step'
  | 'emitNext'
  | 'recall'
  | 'unclaim'
  | 'startNext'
  | 'prune';
export type Operations = {
  readonly [Name in OperationName]: (
    ...args: Parameters<Journal[Name]>
  ) => Awaited<ReturnType<Journal[Name]>>;
};

/** The operations on an open database, and `reset` for after a rollback. */
export function operationsOn(db: DatabaseSync): Operations & { waiting(): number; reset(): void } {
  const lanes = new Lanes(db);
  const clock = new Clock(db);
  const events = new Sequence(db, 'events');
  const executions = new Sequence(db, 'executions');
  const waiting = new Backlogged(db);
  const acceptance = new Acceptance(db, lanes, events, waiting);
  const chains = new Chains(db, lanes, acceptance, executions, clock, waiting);
  const emissions = new Emissions(db, lanes, clock, waiting);
  return {
    accept: (newEvents, emit, key) => acceptance.accept(newEvents, emit, key),
    take: (take) => chains.take(take),
    step: (step) => chains.step(step),
    startNext: (handler, limit, at) => chains.startNext(handler, limit, at),
    emitNext: (limit, nodes) => emissions.emitNext(limit, nodes),
    recall: () => emissions.recall(),
    unclaim: (seqs, emit, at) => emissions.unclaim(seqs, emit, at),
    prune: (request: Prune) => prune(db, request),
    waiting: () => waiting.count,
    reset: () => {
      waiting.reset();
      events.reset();
      executions.reset();
    },
  };
}
