import { afterFailure, isFinal } from '../rules/retry.ts';
import type { ExecutionChange } from '../store/journal.ts';
import type { Ids } from '../words/ids.ts';
import type { Time } from '../words/time.ts';
import { makeAttempt } from './attempt.ts';
import type { Circuits } from './circuits.ts';
import type { Gate, Shut } from './gate.ts';
import type { RegisteredHandler, Registry } from './registry.ts';
import {
  type Chain,
  type ChainExecution,
  cancelled,
  givenBack,
  parked,
  parkedUntil,
  settled,
} from './running-chain.ts';

interface Options {
  readonly registry: Registry;
  readonly circuits: Circuits;
  readonly gate: Gate;
  readonly ids: Ids;
  readonly time: Time;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The turn of an execution that waited outside of the window. */
export interface ParkedTurn {
  /** When it is due, in ms since the epoch: if it is not called now, that stays. */
  readonly dueAt: number;
  /** It is due before its time, to try the handler's circuit: a failure costs no retry. */
  readonly probe: boolean;
}

/** Calls handlers: an attempt, and what it means for the execution and for the handler's circuit. */
export class Calls {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Calls an execution's handler, if the gate lets it.
   * @param begun is told right before the call
   * @returns what has become of the execution; `attempt` is absent when nobody was called
   */
  async call(
    chain: Chain,
    execution: ChainExecution,
    begun: () => void,
    turn?: ParkedTurn,
  ): Promise<ExecutionChange> {
    const { registry, circuits, gate } = this.#options;
    const id = execution.handler.id;
    const probe = turn?.probe ?? false;
    const judged = gate.judge(id, probe);
    // Between the gate and the call nothing may be awaited: a deploy would come in between.
    const verdict = typeof judged === 'string' ? judged : await judged;
    const handler = registry.find(id);
    if (verdict === 'call' && handler) {
      begun();
      return this.#attempt(chain, execution, handler, turn);
    }
    if (probe) circuits.unprobe(id);
    if (verdict === 'ended') return givenBack(execution, turn?.dueAt);
    return this.stopped(execution, verdict === 'call' ? 'missing' : verdict, turn?.dueAt);
  }

  /** What becomes of an execution whose handler may not be called (rules 8 and 9). */
  stopped(execution: ChainExecution, shut: Shut, dueAt?: number): ExecutionChange {
    return shut === 'archived' ? cancelled(execution, 'its handler is archived') : parked(execution, dueAt);
  }

  async #attempt(
    chain: Chain,
    execution: ChainExecution,
    { config, target }: RegisteredHandler,
    turn: ParkedTurn | undefined,
  ): Promise<ExecutionChange> {
    const { circuits, ids, time, random } = this.#options;
    const { id } = config;
    const { seq, eventType, objectId, body, hops } = chain;
    const eventId = ids.event(seq);
    const attempt = execution.attempts + 1;
    const call = { eventId, eventType, objectId, body, hops, attempt, webhookId: `${eventId}_${id}` };
    const made = await makeAttempt(target, call, time);
    circuits.record(id, made.outcome, turn?.probe ?? false);
    if (made.outcome.ok) return settled(execution, made);
    if (turn?.probe && !isFinal(config, made.outcome))
      return parkedUntil(execution, made, turn.dueAt, execution.retries);
    const after = afterFailure(config, execution.retries, made.outcome, random());
    if (!after.retry) return settled(execution, made);
    return parkedUntil(execution, made, time.now() + after.delayMs, execution.retries + 1);
  }
}
