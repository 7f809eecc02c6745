import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isLost, isUnsettled } from '../../chain.ts';
import type { Replay, Replayed } from '../journal.ts';
import { type Stage, stage } from '../stage.ts';
import type { Backlogged } from './backlogged.ts';
import type { Executions, StoredExecution } from './executions.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';
import type { Steps } from './steps.ts';

interface Parts {
  readonly lanes: Lanes;
  readonly executions: Executions;
  readonly steps: Steps;
  readonly events: Sequence;
  readonly waiting: Backlogged;
}

/** Runs again what is settled, at the end of its object's queue (rule 6). */
export class Replays {
  readonly #parts: Parts;
  readonly #find: StatementSync;
  readonly #findOf: StatementSync;
  readonly #emitAgain: StatementSync;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    const select = `select seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered
      from events where seq =`;
    this.#find = db.prepare(`${select} ?`);
    this.#findOf = db.prepare(`${select} (select event_seq from executions where executions.seq = ?)`);
    this.#emitAgain = db.prepare('update events set stage = ?, turn = ?, touched_at = null where seq = ?');
  }

  replay({ which, callable, at }: Replay): Replayed {
    const execution = 'execution' in which ? which.execution : undefined;
    const row = ('event' in which
      ? this.#find.get(which.event)
      : this.#findOf.get(which.execution)) as unknown as EventRow | undefined;
    if (!row) return { outcome: 'unknown' };
    const event = { ...row, ordered: row.ordered === 1 };
    if (row.stage === stage.unclaimed) return this.#emit(event);
    if (row.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const chain = this.#parts.executions.chain(row.seq);
    const chosen =
      execution === undefined
        ? chain.filter(({ status }) => isLost(status))
        : chain.filter((one) => one.seq === execution);
    if (execution !== undefined && chosen.length === 0)
      return { outcome: 'conflict', why: 'it was replayed already' };
    if (chosen.length === 0) return { outcome: 'conflict', why: 'nothing of it has failed or was skipped' };
    if (chosen.some(({ status }) => isUnsettled(status)))
      return { outcome: 'conflict', why: 'it is not settled yet' };
    const may = chosen.filter(({ handler }) => callable.includes(handler.id));
    if (may.length === 0) {
      return { outcome: 'conflict', why: 'its handler is disabled, archived or not in the deployed flow' };
    }
    if (execution !== undefined && stoppedBefore(chain, may[0])) {
      return { outcome: 'conflict', why: 'a handler before it stopped the chain: replay that one' };
    }
    const replays = may.map((one) => ({
      seq: this.#parts.steps.replay(event, one, at),
      handler: one.handler.id,
    }));
    const [first] = replays;
    const { released } = this.#parts.steps.enqueue(event, first?.handler ?? '', first?.seq ?? 0);
    return { outcome: 'replaying', executions: replays.map((one) => one.seq), released };
  }

  /** An unclaimed event goes into the flow again. */
  #emit(event: { seq: number; objectKey: string; ordered: boolean }): Replayed {
    const held = event.ordered && this.#parts.lanes.foremost(event.objectKey) >= 0;
    this.#emitAgain.run(held ? stage.behind : stage.ready, this.#parts.events.next(), event.seq);
    this.#parts.waiting.add(1);
    return { outcome: 'replaying', executions: [], released: held ? {} : { ready: true } };
  }
}

function stoppedBefore(chain: readonly StoredExecution[], chosen: StoredExecution | undefined): boolean {
  return chain.some(
    ({ position, stop, status }) =>
      stop && status !== 'succeeded' && chosen !== undefined && position < chosen.position,
  );
}

interface EventRow {
  seq: number;
  stage: Stage;
  eventType: string;
  objectId: string;
  objectKey: string;
  ordered: number;
}
