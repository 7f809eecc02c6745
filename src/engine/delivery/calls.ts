import { afterFailure, isFinal } from '../rules/retry.ts';
import type { ExecutionChange } from '../store/journal/turn.ts';
import { notMet } from '../words/execution.ts';
import { makeAttempt } from './attempt.ts';
import type { Circuits } from './circuits.ts';
import type { Context } from './context.ts';
import type { Gate, Shut } from './gate.ts';
import type { RegisteredHandler } from './registry.ts';
import { type Chain, type ChainExecution, changeOf } from './running-chain.ts';

interface Options extends Context {
  readonly circuits: Circuits;
  readonly gate: Gate;
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
export function callsOn({ registry, circuits, gate, ids, time, random }: Options) {
  /**
   * Calls an execution's handler, if the gate lets it.
   * @param begun is told right before the call
   * @returns what has become of the execution; `attempt` is absent when nobody was called
   */
  async function call(
    chain: Chain,
    execution: ChainExecution,
    begun: () => void,
    turn?: ParkedTurn,
  ): Promise<ExecutionChange> {
    const id = execution.handler.id;
    const probe = turn?.probe ?? false;
    const settled = execution.unjudged ? await judged(chain, execution, probe) : undefined;
    if (settled) {
      if (probe) circuits.unprobe(id);
      return settled;
    }
    // Between the gate and the call nothing may be awaited: a deploy would come in between.
    const verdict = gate.judge(id, probe);
    const handler = registry.find(id);
    if (verdict === 'call' && handler) {
      begun();
      return await attempted(chain, execution, handler, turn);
    }
    if (probe) circuits.unprobe(id);
    // It is as it was before its turn.
    if (verdict === 'later' && !turn) return changeOf(execution, 'pending');
    return stopped(execution, verdict === 'call' ? 'missing' : verdict, turn?.dueAt);
  }

  /**
   * What the condition says now of an execution that was not judged when its event was taken, or that is replayed
   * although it was passed by then. @returns what has become of it; undefined: its handler is called, or may not be yet
   */
  async function judged(
    chain: Chain,
    execution: ChainExecution,
    probe: boolean,
  ): Promise<ExecutionChange | undefined> {
    const { attempts, handler } = execution;
    if (attempts > 0 || !gate.open || (gate.shutFor(handler.id) !== null && !probe)) return undefined;
    const condition = registry.find(handler.id)?.condition;
    if (!condition) return undefined;
    const judgement = await condition.judge(JSON.parse(chain.payload));
    if (judgement === 'unmet') return changeOf(execution, 'skipped', { error: notMet, passedBy: true });
    if (typeof judgement === 'object') return changeOf(execution, 'failed', { error: judgement.failed });
    return undefined;
  }

  /**
   * What becomes of an execution whose handler may not be called (rules 8 and 9).
   * @param dueAt it was due then, and is so still; absent: from now on
   */
  function stopped(execution: ChainExecution, shut: Shut | 'later', dueAt?: number): ExecutionChange {
    if (shut === 'archived') return changeOf(execution, 'cancelled', { error: 'its handler is archived' });
    return changeOf(execution, 'parked', dueAt === undefined ? {} : { nextAttemptAt: dueAt });
  }

  async function attempted(
    chain: Chain,
    execution: ChainExecution,
    { config, target }: RegisteredHandler,
    turn: ParkedTurn | undefined,
  ): Promise<ExecutionChange> {
    const { id } = config;
    const { seq, eventType, objectId, payload: body, hops } = chain;
    const eventId = ids.event(seq);
    const count = execution.attempts + 1;
    const call = { eventId, eventType, objectId, body, hops, attempt: count, webhookId: `${eventId}_${id}` };
    const { outcome, record: attempt } = await makeAttempt(target, call, time);
    circuits.record(id, outcome, turn?.probe ?? false);
    if (outcome.ok) return changeOf(execution, 'succeeded', { attempt });
    const { retries } = execution;
    if (turn?.probe && !isFinal(config, outcome)) {
      return changeOf(execution, 'parked', { attempt, nextAttemptAt: turn.dueAt, retries });
    }
    const after = afterFailure(config, retries, outcome, random());
    if (!after.retry) return changeOf(execution, 'failed', { attempt });
    const nextAttemptAt = time.now() + after.delayMs;
    return changeOf(execution, 'parked', { attempt, nextAttemptAt, retries: retries + 1 });
  }

  return { call, stopped };
}
export type Calls = ReturnType<typeof callsOn>;
