import { randomUUID } from 'node:crypto';
import { messageOf } from '../../words/errors.ts';
import type { FlowHandler } from '../../words/handler.ts';
import { hold } from '../../words/hold.ts';
import { failure, type Outcome, outage, success } from '../../words/outcome.ts';
import { TransientMap } from '../../words/transient-map.ts';
import { Deadline } from '../deadline.ts';
import { nothingSecret } from '../redaction/redaction.ts';
import type { Call, Target } from '../target.ts';
import { keptText } from '../text-capture.ts';

/** A handler's turn, on its way through a flow. */
export interface FlowCall extends Call {
  readonly handler: string;
  /** Names this attempt: what ends it carries it along. */
  readonly replyTo: string;
}

/** How a flow's entrance sends a turn into the flow. */
export type Enter = (call: FlowCall) => void;

/** What a flow answers. */
export type Reply =
  | { readonly ok: true; readonly response: unknown }
  | { readonly ok: false; readonly error: unknown };

interface Turn {
  readonly call: FlowCall;
  /** The entrance it went through last. */
  through: Enter;
  readonly end: (outcome: Outcome) => void;
}

/** Flows as handlers: entrances by handler, and the turns that are inside. It outlives the nodes. */
export class Flows {
  readonly #entrances = new Map<string, Enter>();
  readonly #turns = new TransientMap<string, Turn>();

  /**
   * Lets a flow be entered.
   * @returns what takes the entrance away, or undefined when the handler has one already
   */
  open(handler: string, enter: Enter): (() => void) | undefined {
    return this.#entrances.has(handler) ? undefined : hold(this.#entrances, handler, enter);
  }

  /** Flows have started: what went in through an entrance that is gone enters again through the one there is now. */
  reenter(handler: string): void {
    const enter = this.#entrances.get(handler);
    if (!enter) return;
    for (const turn of this.#turns.values()) {
      if (turn.call.handler !== handler || turn.through === enter) continue;
      turn.through = enter;
      enter(turn.call);
    }
  }

  /** Ends an attempt. @returns false when it has ended already: by a reply, or by its timeout */
  reply(replyTo: string, reply: Reply): boolean {
    const turn = this.#turns.get(replyTo);
    if (!turn) return false;
    turn.end(outcomeOf(reply));
    return true;
  }

  /** A handler whose turn goes through a flow. */
  target({ id, name, timeoutSeconds }: FlowHandler): Target {
    return {
      description: `flow ${name || id}`,
      call: (call) => this.#call(id, call, timeoutSeconds),
      close: async () => undefined,
    };
  }

  #call(handler: string, call: Call, timeoutSeconds: number): Promise<Outcome> {
    const enter = this.#entrances.get(handler);
    if (!enter) {
      const error = 'no "provisioning handler in" node refers to this handler: add one, and deploy';
      return Promise.resolve(outage(error));
    }
    const flowCall = { ...call, handler, replyTo: randomUUID() };
    return new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        deadline.end();
        this.#turns.delete(flowCall.replyTo);
        resolve(outcome);
      };
      const late = `no reply within ${timeoutSeconds} s: end the flow with a "provisioning handler reply" node, or raise the timeout`;
      const deadline = new Deadline(timeoutSeconds * 1000, () => end(outage(late)));
      this.#turns.set(flowCall.replyTo, { call: flowCall, through: enter, end });
      enter(flowCall);
    });
  }
}

function outcomeOf(reply: Reply): Outcome {
  if (!reply.ok) return failure(errorOf(reply.error) || 'the flow says that it failed');
  try {
    return success({ response: textOf(reply.response) });
  } catch (error) {
    return failure(
      `msg.payload of the reply can not be written as JSON (${firstLineOf(error)}): make it text, or an object of plain values`,
    );
  }
}

function errorOf(error: unknown): string | null {
  try {
    return textOf(ownWords(error));
  } catch (notJson) {
    return `the flow says that it failed, with an error that can not be written as JSON (${firstLineOf(notJson)})`;
  }
}

/** An error's own words; a Catch node wraps them in an object that also tells the node they came from. */
function ownWords(error: unknown): unknown {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : error;
}

/** @throws an error when JSON has no form for it: a message may hold anything, cycles as well */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`);
  return keptText(text, nothingSecret);
}

/** The further ones draw the cycle. */
function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}
