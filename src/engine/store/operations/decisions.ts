import { acceptanceOn } from './accept.ts';
import { bulkReplaysOn } from './bulk-replays.ts';
import { deliveriesOn } from './deliveries.ts';
import { emissionsOn } from './emissions.ts';
import { parkedOn } from './parked.ts';
import { replaysOn } from './replays.ts';
import type { BulkRows } from './rows.ts';
import { type Kept, sharedOn } from './shared.ts';
import { takingOn } from './take.ts';
import { turnsOn } from './turns.ts';

/** The journal's operations that are decided by rows alone, whatever keeps these: by the names that the journal has. */
export function decisionsOn(kept: Kept, bulkRows: BulkRows) {
  const shared = sharedOn(kept);
  const acceptance = acceptanceOn(shared);
  const emissions = emissionsOn(shared);
  const turns = turnsOn(shared);
  const parked = parkedOn(shared, turns);
  const replays = replaysOn(shared, turns);
  const bulk = bulkReplaysOn(shared, bulkRows, replays, deliveriesOn(shared, turns));
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
    beginReplay: bulk.begin,
    continueReplay: bulk.advance,
    endReplay: bulk.cancel,
  };
}
