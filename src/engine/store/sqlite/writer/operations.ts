import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../../journal.ts';
import { acceptanceOn } from './accept.ts';
import { alarmsOn } from './alarms.ts';
import type { Announcements } from './announcements.ts';
import { bulkReplaysOn } from './bulk-replays.ts';
import { circuitsOn } from './circuits.ts';
import { deliveriesOn } from './deliveries.ts';
import { emissionsOn } from './emissions.ts';
import { parkedOn } from './parked.ts';
import { replaysOn } from './replays.ts';
import { retentionOn } from './retention.ts';
import { sharedOn } from './shared.ts';
import { takingOn } from './take.ts';
import { turnsOn } from './turns.ts';

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
  /** Whether a part that fails for a reason of its own is kept apart from the others; at first it is. */
  isolate(on: boolean): void;
  /** Whether something is to be indexed since it was asked last. */
  takeTouched(): boolean;
  /** To be called after a rollback. */
  reset(): void;
}

/** The operations on an open database. */
export function operationsOn(db: DatabaseSync): Writing {
  const shared = sharedOn(db);
  const acceptance = acceptanceOn(shared);
  const emissions = emissionsOn(shared);
  const turns = turnsOn(shared);
  const parked = parkedOn(shared, turns);
  const replays = replaysOn(shared, turns);
  const bulkReplays = bulkReplaysOn(shared, replays, deliveriesOn(shared, turns));
  const keptBook = db.prepare(
    "insert into meta values('book', ?) on conflict(key) do update set value = excluded.value",
  );
  return {
    accept: acceptance.accept,
    emitNext: emissions.emitNext,
    recall: emissions.recall,
    unclaim: emissions.unclaim,
    take: takingOn(shared, acceptance, turns).take,
    endTurn: turns.end,
    startNext: turns.startNext,
    startParked: parked.start,
    cancelParked: parked.cancel,
    replay: replays.replay,
    beginReplay: bulkReplays.begin,
    continueReplay: bulkReplays.advance,
    endReplay: bulkReplays.cancel,
    saveCircuit: circuitsOn(db).save,
    saveAlarm: alarmsOn(db).save,
    keepBook: (text) => void keptBook.run(text),
    prune: retentionOn(db).prune,
    work: shared.work,
    isolate: shared.isolate,
    takeTouched: shared.clock.takeTouched,
    reset: shared.reset,
  };
}
