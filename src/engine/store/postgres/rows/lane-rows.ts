import type { EventHead, Rows } from '../../operations/rows.ts';
import { stage } from '../../stage.ts';
import type { LoadedEvent, LoadedLane } from '../loaded.ts';
import { NotLoaded, usualDepth } from '../needs.ts';
import type { EventRows } from './event-rows.ts';
import type { Transaction } from './transaction.ts';

type LaneRows = Pick<Rows, 'foremost' | 'firstInLane' | 'holdBack'>;

/** The open events of an object, of which the first ones were read. */
export function laneRowsOn(transaction: Transaction, { event, wholeEvent }: EventRows): LaneRows {
  function laneOf(objectKey: string): LoadedLane {
    const lane = transaction.loaded.lanes.get(objectKey);
    if (!lane) throw new NotLoaded((needs) => needs.lane(objectKey));
    return lane;
  }

  function open(objectKey: string): LoadedEvent[] {
    const seqs = new Set([...laneOf(objectKey).events, ...transaction.changes.inLane(objectKey)]);
    return [...seqs].flatMap((seq) => {
      const one = event(seq);
      return one?.ordered && one.objectKey === objectKey && one.stage < stage.parked ? one : [];
    });
  }

  return {
    foremost(objectKey) {
      const first = Math.max(-1, ...open(objectKey).map((one) => one.stage));
      // All that was read has left; of what waits behind it not all was read.
      const { depth, more } = laneOf(objectKey);
      for (const at of more) if (at > first) throw deeper(objectKey, depth);
      return first;
    },
    firstInLane(objectKey, at) {
      const { depth, more, events } = laneOf(objectKey);
      const there = open(objectKey).filter((one) => one.stage === at);
      const first = there.reduce<EventHead | undefined>(
        (least, one) => (least && least.turn < one.turn ? least : one),
        undefined,
      );
      // What was not read comes after what was.
      if (more.has(at) && !there.some(({ seq }) => events.includes(seq))) throw deeper(objectKey, depth);
      return first && wholeEvent(first.seq);
    },
    holdBack(objectKey) {
      const { depth, more } = laneOf(objectKey);
      if (more.has(stage.ready)) throw deeper(objectKey, depth);
      for (const one of open(objectKey))
        if (one.stage === stage.ready) transaction.changes.changeEvent(one.seq, { stage: stage.behind });
    },
  };
}

function deeper(objectKey: string, depth: number): NotLoaded {
  return new NotLoaded((needs) => needs.lane(objectKey, Math.max(usualDepth, depth) * 8));
}
