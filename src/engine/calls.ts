import { makeAttempt } from './attempt.ts';
import type { Breakers } from './breakers.ts';
import type { Gate } from './gate.ts';
import type { Ids } from './journal/ids.ts';
import type { ExecutionChange } from './journal/journal.ts';
import type { Registry } from './registry.ts';
import { afterFailure } from './retry.ts';
import { type Chain, type ChainExecution, park, parkUntil, settle } from './running-chain.ts';
import type { Time } from './time.ts';

interface Options {
  readonly registry: Registry;
  readonly breakers: Breakers;
  readonly gate: Gate;
  readonly ids: Ids;
  readonly time: Time;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Calls handlers: an attempt, and what it means for the execution and for the handler's circuit. */
export class Calls {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param probeFor when the execution would be due without this probe: a failure costs no retry, and leaves that */
  async call(chain: Chain, execution: ChainExecution, probeFor?: number): Promise<ExecutionChange> {
    const { registry, breakers, gate, ids, time } = this.#options;
    const id = execution.handler.id;
    const handler = registry.find(id);
    if (!handler) return park(execution, 'missing');
    const { seq, eventType, objectId, body } = chain;
    const eventId = ids.event(seq);
    const attempt = execution.attempts + 1;
    const call = { eventId, eventType, objectId, body, attempt, webhookId: `${eventId}_${id}` };
    const made = await makeAttempt(handler.target, call, time);
    breakers.record(id, made.outcome);
    if (made.outcome.ok) return settle(execution, made);

    if (probeFor !== undefined)
      return this.#parked(parkUntil(execution, made, probeFor, execution.retries), execution, gate);
    const after = afterFailure(handler.config, execution.retries, made.outcome, this.#options.random());
    if (!after.retry) return settle(execution, made);
    const change = parkUntil(execution, made, time.now() + after.delayMs, execution.retries + 1);
    return this.#parked(change, execution, gate);
  }

  #parked(change: ExecutionChange, execution: ChainExecution, gate: Gate): ExecutionChange {
    execution.parkedFor = gate.parkedFor(execution.handler.id, false);
    return change;
  }
}
