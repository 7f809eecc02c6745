import type { EventPatch, EventRow, Rows } from '../../operations/rows.ts';
import { type Stage, stage } from '../../stage.ts';
import type { LoadedEvent } from '../loaded.ts';
import { type Members, nobody } from '../members.ts';
import { type Needs, NotLoaded } from '../needs.ts';
import type { Transaction } from './transaction.ts';

/** Whose events are. */
export type Homes = Pick<Members, 'id' | 'isGone' | 'homes' | 'homesFor' | 'callersOf'>;

/** Events as they stand in a transaction, and whose they are. */
export interface EventRows
  extends Pick<
    Rows,
    'addEvent' | 'wholeEvent' | 'eventOf' | 'hopsOf' | 'changeEvent' | 'waiting' | 'isAtHome' | 'recallAll'
  > {
  event(seq: number): LoadedEvent | undefined;
  /** All of them at once, if one is not there. @param also what will be needed with them */
  expect(events: readonly number[], also?: (needs: Needs) => void): void;
}

/** Somebody has them in hand. */
const inHand: ReadonlySet<Stage> = new Set([stage.emitted, stage.running]);

export function eventRowsOn(transaction: Transaction, members: Homes): EventRows {
  function event(seq: number): LoadedEvent | undefined {
    const { eventPatches, newEvents } = transaction.changes;
    const patch = eventPatches.get(seq);
    const row = newEvents.get(seq) ?? stored(seq);
    return row && patch ? { ...row, ...patch } : row;
  }

  function stored(seq: number): LoadedEvent | undefined {
    const { events } = transaction.loaded;
    if (!events.has(seq)) throw new NotLoaded((needs) => needs.events.add(seq));
    return events.get(seq);
  }

  function payload(seq: number): string {
    const { eventPatches, newEvents } = transaction.changes;
    const changed = eventPatches.get(seq)?.payload ?? newEvents.get(seq)?.payload;
    const payload = changed ?? transaction.loaded.payloads.get(seq);
    if (payload === undefined) throw new NotLoaded((needs) => needs.payloads.add(seq));
    return payload;
  }

  function changeEvent(seq: number, patch: EventPatch): void {
    const { changes } = transaction;
    const before = event(seq);
    if (!before || patch.stage === undefined) return changes.changeEvent(seq, patch);
    const home = homeOf(before, patch);
    const owner = inHand.has(patch.stage) ? members.id : nobody;
    changes.changeEvent(seq, { ...patch, ...(home !== before.home && { home }), owner });
    for (const one of whoseTurn(home, { ...before, ...patch })) changes.hint(one);
    // It may have been read by its seq, not with what is foremost in the lane.
    if (patch.stage < stage.parked) changes.enterLane(patch.objectKey ?? before.objectKey, seq);
    const more = Number(isSettled(patch.stage)) - Number(isSettled(before.stage));
    if (more !== 0) changes.count('settled', more);
  }

  /** Other instances that go on with an event: its home, or who calls the next handler where that one does not. */
  function whoseTurn(home: number, event: LoadedEvent): readonly number[] {
    const { id } = members;
    if (home === nobody || (event.stage !== stage.ready && event.stage !== stage.due)) return [];
    const callers = event.stage === stage.due ? members.callersOf(event.nextHandler ?? '') : [home];
    if (callers.includes(home)) return home === id ? [] : [home];
    return callers.filter((one) => one !== id);
  }

  /** Who takes an event has its message; what is replayed has none any more. */
  function homeOf({ home }: LoadedEvent, { executor, turn }: EventPatch): number {
    if (executor !== undefined) return members.id;
    return turn !== undefined || members.isGone(home) ? nobody : home;
  }

  return {
    event,
    changeEvent,
    addEvent(event: EventRow) {
      const { id } = members;
      transaction.changes.addEvent({ ...event, home: id, owner: inHand.has(event.stage) ? id : nobody });
    },
    wholeEvent(seq) {
      const head = event(seq);
      return head && { ...head, payload: payload(seq) };
    },
    eventOf(execution) {
      const own = transaction.changes.newExecutions.get(execution)?.event;
      const { eventOf } = transaction.loaded;
      if (own === undefined && !eventOf.has(execution))
        throw new NotLoaded((needs) => needs.executions.add(execution));
      const seq = own ?? eventOf.get(execution);
      return seq === undefined ? undefined : event(seq);
    },
    hopsOf: (seq) => event(seq)?.hops ?? 0,
    waiting: {
      get count() {
        return transaction.loaded.waiting + transaction.changes.waiting;
      },
      add: (difference) => transaction.changes.count('waiting', difference),
    },
    isAtHome(seq) {
      const { home = nobody } = event(seq) ?? {};
      return home === members.id || home === nobody || members.isGone(home);
    },
    recallAll() {
      const { loaded, changes } = transaction;
      const { id: owner } = members;
      const known = [...loaded.events.keys(), ...changes.newEvents.keys()];
      for (const seq of known) {
        const one = event(seq);
        if (one?.stage === stage.emitted && one.owner === owner) changeEvent(seq, { stage: stage.ready });
      }
      changes.defer({ what: 'recallAll', owner, without: known });
    },
    expect(events, also) {
      const { events: known, payloads } = transaction.loaded;
      if (events.every((seq) => known.has(seq) && payloads.has(seq))) return;
      throw new NotLoaded((needs) => {
        for (const seq of events) {
          needs.events.add(seq);
          needs.payloads.add(seq);
        }
        also?.(needs);
      });
    },
  };
}

/** Nothing of it waits, so that it may be pruned. */
function isSettled(at: Stage): boolean {
  return at > stage.parked;
}
