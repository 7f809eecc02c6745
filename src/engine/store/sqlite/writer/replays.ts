import { replayable } from '../../../rules/replayable.ts';
import type { Replay, Replayed } from '../../journal.ts';
import { stage } from '../../stage.ts';
import { type EventRow, eventColumns, eventFrom } from './event-rows.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

/** Runs again what is settled, at the end of its object's queue (rule 6). */
export function replaysOn({ db, lanes, executions, eventSeqs, waiting, work }: Shared, turns: Turns) {
  const select = `select ${eventColumns} from events where seq =`;
  const sql = {
    find: db.prepare(`${select} ?`),
    findOf: db.prepare(`${select} (select event_seq from executions where executions.seq = ?)`),
    emitAgain: db.prepare('update events set stage = ?, turn = ?, touched_at = null where seq = ?'),
  };

  function replay({ which, callable, at }: Replay): Replayed {
    const asked = 'executions' in which ? which.executions : undefined;
    const row = 'event' in which ? sql.find.get(which.event) : sql.findOf.get(which.executions[0] ?? 0);
    if (!row) return { outcome: 'unknown' };
    const event = eventFrom(row);
    if (event.stage === stage.unclaimed) return emitAgain(event);
    if (event.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const choice = replayable(executions.chain(event.seq), asked, callable);
    if ('why' in choice) return { outcome: 'conflict', why: choice.why };
    const seqs = choice.turns.map((one) => executions.replay(event, one, at));
    turns.enqueue(event, choice.turns[0]?.handler.id ?? '', seqs[0] ?? 0);
    return { outcome: 'replaying', executions: seqs };
  }

  /** An unclaimed event goes into the flow again. */
  function emitAgain({ seq, objectKey, ordered }: EventRow): Replayed {
    const held = ordered && lanes.foremost(objectKey) >= 0;
    sql.emitAgain.run(held ? stage.behind : stage.ready, eventSeqs.next(), seq);
    waiting.add(1);
    if (!held) work.ready();
    return { outcome: 'replaying', executions: [] };
  }

  return { replay };
}

export type Replays = ReturnType<typeof replaysOn>;
