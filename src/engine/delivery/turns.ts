import type { ChainState } from '../store/journal/chain.ts';
import type { ExecutionChange, NextTurns } from '../store/journal/turn.ts';
import { stage } from '../store/stage.ts';
import { WriteRefused } from '../words/errors.ts';
import type { Calls, ParkedTurn } from './calls.ts';
import type { Context } from './context.ts';
import type { Gate } from './gate.ts';
import type { Publisher } from './publisher.ts';
import {
  type Chain,
  type ChainExecution,
  executionFrom,
  executionOf,
  followChange,
  type WhyParked,
} from './running-chain.ts';
import type { Slots } from './slots.ts';

interface Options extends Context {
  readonly calls: Calls;
  readonly gate: Gate;
  readonly slots: Slots;
  readonly publisher: Publisher;
}

/** What a turn is part of. */
export interface TurnOf {
  /** The execution waited outside of the window. */
  readonly parked?: ParkedTurn;
  /** The call begins, and has ended. */
  readonly onBegun?: () => unknown;
  readonly onEnded?: () => void;
  /** What is ready for when the call has ended, and its event's first pass goes on. */
  readonly ahead?: () => Ahead;
}

/** What is ready for whoever comes next. */
export interface Ahead {
  readonly pass: NextTurns;
  /** There is an emission slot for the next event of the object. */
  readonly emit: boolean;
}

interface Followed {
  /** Executions that whoever watches is told of, besides those that the journal has changed by itself. */
  readonly ended?: readonly number[];
  /** It was the event's first pass: it is over unless the event goes on or waits for its turn. */
  readonly firstPass: boolean;
}

/** Executions' turns: somebody is called, the journal is told what came of it, and memory follows what that says. */
export function turnsOn({ journal, calls, gate, slots, time, persist, ids, publisher, onError }: Options) {
  /** Why an execution is parked, by what is in force now. */
  const why: WhyParked = (handler, blocked) => gate.parkedFor(handler, blocked);

  /**
   * @returns the execution whose turn it is now; undefined when the event has left the window, or was outside of it
   * @throws when the journal is closed or lost before it could be told
   */
  async function take(
    chain: Chain,
    execution: ChainExecution,
    turn: TurnOf,
  ): Promise<ChainExecution | undefined> {
    let begun = false;
    const begins = () => {
      begun = true;
      publisher.tellExecution(ids, chain, execution);
      turn.onBegun?.();
    };
    let change: ExecutionChange;
    try {
      change = await calls.call(chain, execution, begins, turn.parked);
    } finally {
      if (begun) turn.onEnded?.();
    }
    if (begun) slots.give(change.handler, 1);
    else slots.giveBack(change.handler, 1);
    const ahead = turn.ahead?.();
    const at = time.now();
    const end = { event: chain.seq, change, at, emit: ahead?.emit ?? false };
    const state = await persist(() => journal.endTurn(ahead ? { ...end, pass: ahead.pass } : end));
    execution.startedAt ??= at;
    followChange(execution, change, why);
    // A turn that was given back is nothing that people would be told of.
    const ended = change.status === 'pending' ? [] : [execution.seq];
    follow(chain, state, { ended, firstPass: ahead !== undefined });
    const next = state.stage === stage.running ? ahead?.pass.start : null;
    return next ? began(executionOf(chain, next.seq), at) : undefined;
  }

  /** Memory follows the journal, and whoever watches is told. */
  function follow(chain: Chain, state: ChainState, { ended = [], firstPass }: Followed): void {
    if (state.unkept !== undefined) onError(new WriteRefused(state.unkept));
    if (state.executions) chain.executions = state.executions.map((one) => executionFrom(one, why));
    const tell = (seq: number) => publisher.tellExecution(ids, chain, executionOf(chain, seq));
    for (const seq of ended) tell(seq);
    for (const seq of state.changed) if (!ended.includes(seq)) tell(seq);
    if (firstPass && state.stage > stage.running && !chain.passed) publisher.tellFirstPass(ids, chain);
  }

  return { why, take, follow };
}
export type Turns = ReturnType<typeof turnsOn>;

/** The journal has started it. */
function began(execution: ChainExecution, at: number): ChainExecution {
  execution.status = 'running';
  execution.startedAt ??= at;
  return execution;
}
