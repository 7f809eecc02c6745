import type { EngineOptions } from '../engine-options.ts';
import type { Replay } from '../store/journal/replay.ts';
import type { MissedFilter } from '../store/log/bulk.ts';
import type { EventFilter, ExecutionFilter } from '../store/log/filter.ts';
import { Conflict, NotFound } from '../words/errors.ts';
import type { BulkOptions } from './bulk-replays.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryOptions } from './missed-events.ts';

/** What an operator may do: with handlers, with events and executions that are on their way, and with all of it. */
export function operatorOn(delivery: Delivery, log: EngineOptions['log']) {
  const {
    store,
    journal,
    registry,
    ids,
    time,
    circuits,
    emissions,
    parked,
    switching,
    bulk,
    bulkReplays,
    bulkCancels,
  } = delivery;

  /**
   * Closes a circuit: what waits for it runs. Nothing is left of a closed one to keep who did it with: the log says it.
   * @param by who asks; null when nobody knows
   * @throws NotFound, Conflict when it is closed, or Unavailable when that can not be saved: it is in force all the same
   */
  async function closeCircuit(handler: string, by: string | null = null): Promise<void> {
    const known = registry.find(handler);
    if (!known) throw new NotFound(`there is no handler ${handler} in the deployed flow`);
    const circuit = `the circuit of "${known.config.name}"`;
    if (circuits.of(handler).state === 'closed') throw new Conflict(`${circuit} is closed already`);
    // Line ends in a name must not make lines of their own.
    log('info', `${circuit} was closed by ${by === null ? 'an operator' : JSON.stringify(by)}`);
    await circuits.close(handler);
  }

  /** Ends a parked execution. @throws NotFound, or Conflict when it is not parked */
  async function cancel(execution: string, by: string | null): Promise<void> {
    const which = { execution: executionSeq(execution) };
    const why = by === null ? 'cancelled by an operator' : `cancelled by ${by}`;
    const cancelled = await parked.cancel({ which, why, limit: 1, at: time.now() });
    if (cancelled === 0)
      throw new Conflict(`execution ${execution} is not parked: only what waits can be cancelled`);
  }

  /**
   * Calls a settled execution's handler again.
   * @param by who asks; null when nobody knows
   * @returns the new execution's id. @throws NotFound, Conflict
   */
  async function replayExecution(execution: string, by: string | null = null): Promise<string> {
    const [made] = await replay({ executions: [executionSeq(execution)] }, `execution ${execution}`, by);
    return made ?? execution;
  }

  /**
   * Emits an event again that nobody took or listened to; of any other, runs what failed or was skipped.
   * @param by as for an execution; nothing is kept of who has an event emitted
   * @returns the new executions' ids. @throws NotFound, Conflict
   */
  async function replayEvent(event: string, by: string | null = null): Promise<readonly string[]> {
    const seq = ids.eventSeq(event);
    if (seq === undefined) throw new NotFound(`there is no event ${event}`);
    return replay({ event: seq }, `event ${event}`, by);
  }

  async function replay(which: Replay['which'], what: string, by: string | null): Promise<readonly string[]> {
    const replayed = await journal.replay({
      which,
      callable: registry.callable(),
      emitters: emissions.nodes(),
      by,
      at: time.now(),
    });
    if (replayed.outcome === 'unknown') throw new NotFound(`there is no ${what}`);
    if (replayed.outcome === 'conflict') throw new Conflict(`${what} can not be replayed: ${replayed.why}`);
    return replayed.executions.map((seq) => ids.execution(seq));
  }

  function executionSeq(id: string): number {
    const seq = ids.executionSeq(id);
    if (seq === undefined) throw new NotFound(`there is no execution ${id}`);
    return seq;
  }

  return {
    switch: switching.handler,
    hold: switching.hold,
    release: switching.release,
    closeCircuit,
    cancel,
    replayExecution,
    replayEvent,
    /** Replays what matches a filter, in the original order. @throws Unavailable */
    replayAll: (filter: ExecutionFilter, options: BulkOptions) =>
      bulk.executions.start(bulkReplays, filter, options),
    /** Emits events again that nobody took or listened to, in the original order. @throws Unavailable */
    replayEvents: (filter: EventFilter, options: BulkOptions) =>
      bulk.events.start(bulkReplays, filter, options),
    /** Counts a part of what a handler has missed. @throws Unavailable, NotFound, Conflict, InvalidInput */
    countMissed: bulk.delivery.count,
    /** Delivers it, in the original order. @throws Unavailable, NotFound, Conflict */
    deliverMissed: (filter: MissedFilter, options: DeliveryOptions) =>
      bulk.delivery.start(bulkReplays, filter, options),
    /** Stops what is done with many. @throws Unavailable, NotFound, or Conflict when it is over */
    cancelReplay: bulkReplays.cancel,
    /** Counts what waits and matches a filter. @throws Unavailable, InvalidInput */
    countParked: bulkCancels.count,
    /** Cancels a part of it. @throws Unavailable, InvalidInput */
    cancelParked: bulkCancels.part,
    /** Copies all that it keeps to a new folder while everything goes on. @throws Unavailable, Conflict */
    backUp: (to: string) => store.backUp(to),
  };
}
export type Operator = ReturnType<typeof operatorOn>;
