import { randomUUID } from 'node:crypto';
import type { FlowHandler } from '../handler.ts';
import { failure, success } from './outcome.ts';
import type { Call, Outcome, Target } from './target.ts';

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

interface InFlight {
  readonly call: FlowCall;
  /** The entrance it went through last. */
  through: Enter;
  readonly end: (outcome: Outcome) => void;
}

/** Characters of a reply that are kept. */
const keptResponse = 64 * 1024;

/** Flows as handlers: entrances by handler, and the attempts that are inside. It outlives the nodes. */
export class Flows {
  readonly #entrances = new Map<string, Enter>();
  readonly #inFlight = new Map<string, InFlight>();

  /**
   * Lets a flow be entered.
   * @returns what takes the entrance away, or undefined when the handler has one already
   */
  open(handler: string, enter: Enter): (() => void) | undefined {
    if (this.#entrances.has(handler)) return undefined;
    this.#entrances.set(handler, enter);
    return () => {
      if (this.#entrances.get(handler) === enter) this.#entrances.delete(handler);
    };
  }

  /** Flows have started: what went in through an entrance that is gone enters again through the one there is now. */
  reenter(handler: string): void {
    const enter = this.#entrances.get(handler);
    if (!enter) return;
    for (const inside of this.#inFlight.values()) {
      if (inside.call.handler !== handler || inside.through === enter) continue;
      inside.through = enter;
      enter(inside.call);
    }
  }

  /** Ends an attempt. @returns false when it has ended already: by a reply, or by its timeout */
  reply(replyTo: string, reply: Reply): boolean {
    const inFlight = this.#inFlight.get(replyTo);
    if (!inFlight) return false;
    inFlight.end(
      reply.ok
        ? success({ response: textOf(reply.response) })
        : failure(textOf(messageOf(reply.error)) ?? 'the flow says that it failed'),
    );
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
      return Promise.resolve(failure(error, { outage: true }));
    }
    const flowCall = { ...call, handler, replyTo: randomUUID() };
    return new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#inFlight.delete(flowCall.replyTo);
        resolve(outcome);
      };
      const late = `no reply within ${timeoutSeconds} s: end the flow with a "provisioning handler reply" node, or raise the timeout`;
      const timer = setTimeout(() => end(failure(late, { outage: true })), timeoutSeconds * 1000);
      this.#inFlight.set(flowCall.replyTo, { call: flowCall, through: enter, end });
      enter(flowCall);
    });
  }
}

/** An error's own words; a Catch node wraps them in an object that also tells the node they came from. */
function messageOf(error: unknown): unknown {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : error;
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return (typeof value === 'string' ? value : (safeJson(value) ?? String(value))).slice(0, keptResponse);
}

// A message may hold anything, cycles as well.
function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
