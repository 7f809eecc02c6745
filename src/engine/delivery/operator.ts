import type { Replay } from '../store/journal.ts';
import type { ExecutionFilter } from '../store/log.ts';
import type { Override } from '../words/answers.ts';
import { Conflict, NotFound } from '../words/errors.ts';
import type { BulkOptions, BulkReplay } from './bulk-replays.ts';
import type { Delivery } from './delivery.ts';

/** What an operator may do: with handlers, with events and executions that are on their way, and with all of it. */
export class Operator {
  readonly #delivery: Delivery;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  /**
   * Switches a handler, in force at once.
   * @throws NotFound, or Conflict for an archived handler
   */
  async switch(
    handler: string,
    status: Override['status'],
    by: string | null,
    reason: string | null,
  ): Promise<void> {
    const { registry, parked, firstPasses, time } = this.#delivery;
    await registry.switch(handler, status, by, reason, new Date(time.now()));
    parked.recheck(handler);
    firstPasses.look();
  }

  /**
   * Closes a circuit: what waits for it runs.
   * @throws NotFound, Conflict when it is closed, or Unavailable when that can not be saved: it is in force all the same
   */
  async closeCircuit(handler: string): Promise<void> {
    const { registry, circuits } = this.#delivery;
    const known = registry.find(handler);
    if (!known) throw new NotFound(`there is no handler ${handler} in the deployed flow`);
    if (!(await circuits.close(handler)))
      throw new Conflict(`the circuit of "${known.config.name}" is closed already`);
  }

  /** Ends a parked execution. @throws NotFound, or Conflict when it is not parked */
  async cancel(execution: string, by: string | null): Promise<void> {
    const { parked, time } = this.#delivery;
    const which = { execution: this.#executionSeq(execution) };
    const why = by === null ? 'cancelled by an operator' : `cancelled by ${by}`;
    const cancelled = await parked.cancel({ which, why, limit: 1, at: time.now() });
    if (cancelled === 0)
      throw new Conflict(`execution ${execution} is not parked: only what waits can be cancelled`);
  }

  /** Calls a settled execution's handler again. @returns the new execution's id. @throws NotFound, Conflict */
  async replayExecution(execution: string): Promise<string> {
    const [made] = await this.#replay(
      { executions: [this.#executionSeq(execution)] },
      `execution ${execution}`,
    );
    return made ?? execution;
  }

  /**
   * Emits an unclaimed event again; of any other, runs what failed or was skipped.
   * @returns the new executions' ids. @throws NotFound, Conflict
   */
  replayEvent(event: string): Promise<readonly string[]> {
    const seq = this.#delivery.ids.eventSeq(event);
    if (seq === undefined) throw new NotFound(`there is no event ${event}`);
    return this.#replay({ event: seq }, `event ${event}`);
  }

  /** Replays what matches a filter, in the original order. @throws Unavailable */
  replayAll(filter: ExecutionFilter, options: BulkOptions): Promise<BulkReplay> {
    return this.#delivery.bulkReplays.start(filter, options);
  }

  /** Stops a replay of what matched a filter. @throws Unavailable, NotFound, or Conflict when it is over */
  cancelReplay(id: number): Promise<void> {
    return this.#delivery.bulkReplays.cancel(id);
  }

  /** Copies all that it keeps to a new folder while everything goes on. @throws Unavailable, Conflict */
  backUp(to: string): Promise<void> {
    return this.#delivery.store.backUp(to);
  }

  async #replay(which: Replay['which'], what: string): Promise<readonly string[]> {
    const { journal, registry, ids, time } = this.#delivery;
    const replayed = await journal.replay({
      which,
      callable: registry.callable(),
      at: time.now(),
    });
    if (replayed.outcome === 'unknown') throw new NotFound(`there is no ${what}`);
    if (replayed.outcome === 'conflict') throw new Conflict(`${what} can not be replayed: ${replayed.why}`);
    return replayed.executions.map((seq) => ids.execution(seq));
  }

  #executionSeq(id: string): number {
    const seq = this.#delivery.ids.executionSeq(id);
    if (seq === undefined) throw new NotFound(`there is no execution ${id}`);
    return seq;
  }
}
