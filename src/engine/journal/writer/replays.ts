import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isUnsettled } from '../../chain.ts';
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

  replay({ which, callable, at, dryRun = false }: Replay): Replayed {
    const executions = 'executions' in which ? which.executions : undefined;
    const row = ('event' in which
      ? this.#find.get(which.event)
      : this.#findOf.get(which.executions[0] ?? 0)) as unknown as EventRow | undefined;
    if (!row) return { outcome: 'unknown' };
    const event = { ...row, ordered: row.ordered === 1 };
    if (row.stage === stage.unclaimed) return dryRun ? nothing : this.#emit(event);
    if (row.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const chain = this.#parts.executions.chain(row.seq);
    const chosen = chain.filter(({ seq, status }) =>
      executions ? executions.includes(seq) : status === 'failed' || status === 'skipped',
    );
    const why = this.#conflictOf(chain, chosen, executions !== undefined, callable);
    if (why !== undefined) return { outcome: 'conflict', why };
    const may = chosen.filter(({ handler }) => callable.includes(handler.id));
    if (dryRun) return { ...nothing, executions: may.map(({ seq }) => seq) };
    const replays = may.map((one) => ({
      seq: this.#parts.steps.replay(event, one, at),
      handler: one.handler.id,
    }));
    const [first] = replays;
    const { released } = this.#parts.steps.enqueue(event, first?.handler ?? '', first?.seq ?? 0);
    return { outcome: 'replaying', executions: replays.map((one) => one.seq), released };
  }

  /** Why the chosen executions of a chain can't be run again; undefined when they can. */
  #conflictOf(
    chain: readonly StoredExecution[],
    chosen: readonly StoredExecution[],
    named: boolean,
    callable: readonly string[],
  ): string | undefined {
    if (chosen.length === 0)
      return named ? 'it was replayed already' : 'nothing of it has failed or was skipped';
    if (chosen.some(({ status }) => isUnsettled(status))) return 'it is not settled yet';
    const [first] = chosen.filter(({ handler }) => callable.includes(handler.id));
    if (!first) return 'its handler is disabled, archived or not in the deployed flow';
    return stoppedBefore(chain, first) ? 'a handler before it stopped the chain: replay that one' : undefined;
  }

  /** An unclaimed event goes into the flow again. */
  #emit(event: { seq: number; objectKey: string; ordered: boolean }): Replayed {
    const held = event.ordered && this.#parts.lanes.foremost(event.objectKey) >= 0;
    this.#emitAgain.run(held ? stage.behind : stage.ready, this.#parts.events.next(), event.seq);
    this.#parts.waiting.add(1);
    return { outcome: 'replaying', executions: [], released: held ? {} : { ready: true } };
  }
}

const nothing = { outcome: 'replaying', executions: [], released: {} } as const;

function stoppedBefore(chain: readonly StoredExecution[], chosen: StoredExecution): boolean {
  return chain.some(
    ({ position, stop, status }) => stop && status !== 'succeeded' && position < chosen.position,
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
