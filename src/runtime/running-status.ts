import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { FirstPass } from '../engine/delivery/execution-row.ts';
import { errorStatus } from './node-outcome.ts';
import type { Waits } from './waiting.ts';

/** The canvas is no meter: changes are shown at this pace, in ms. */
const pace = 250;

/** What the canvas has room for, in characters. */
const room = 20;

/**
 * An executor's canvas status: what is wrong with its registry, or that it is held, or the last failure, or how many
 * are running, or how many wait, or that nobody was called, or idle. It outlives the node: what was running when a deploy replaced it runs on.
 */
export class RunningStatus {
  readonly #red: NodeAPI;
  #node: Node | undefined;
  #running = 0;
  #failure: { readonly eventType: string; readonly handler: string } | undefined;
  #problem: string | null = null;
  #waits: Waits | null = null;
  #held = false;
  /** The last event had nobody to be called. */
  #unhandled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(red: NodeAPI) {
    this.#red = red;
  }

  /** The node shows it from now on; its failures begin with it. @returns what ends that */
  showAt(node: Node): () => void {
    this.#node = node;
    this.#failure = undefined;
    this.#unhandled = false;
    this.#show();
    return () => {
      if (this.#node === node) this.#node = undefined;
    };
  }

  /** Counts an event as running until its first pass is over; `unhandled`: nobody is called for it. */
  async during(firstPass: Promise<FirstPass>, unhandled: boolean): Promise<FirstPass> {
    this.#running += 1;
    this.#unhandled = unhandled;
    this.#schedule();
    try {
      const pass = await firstPass;
      const { status, eventType, executions } = pass;
      if (status === 'succeeded') this.#failure = undefined;
      if (status === 'failed') {
        const failed = executions.find((execution) => execution.status === 'failed');
        this.#failure = { eventType, handler: failed?.handler.name || failed?.handler.id || '' };
      }
      return pass;
    } finally {
      this.#running -= 1;
      this.#schedule();
    }
  }

  /** Of its registry; null: nothing is wrong. */
  problem(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#schedule();
  }

  /** What waits in its registry; null: nothing does. */
  waits(waits: Waits | null): void {
    this.#waits = waits;
    this.#schedule();
  }

  /** Whether its registry is held as a whole. */
  held(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, pace).unref();
  }

  #show(): void {
    this.#node?.status(this.#status());
  }

  #status(): NodeStatus {
    if (this.#problem !== null) return errorStatus(this.#problem);
    const number = this.#running;
    if (this.#held) {
      const text = this.#red._('provisioning-executor.status.registryHeld');
      return { fill: 'yellow', shape: number > 0 ? 'dot' : 'ring', text };
    }
    if (this.#failure) {
      const text = this.#red._('provisioning-executor.status.failed', this.#failure);
      return { fill: 'red', shape: number > 0 ? 'dot' : 'ring', text };
    }
    if (number === 0 && this.#waits) {
      return { fill: 'yellow', shape: 'ring', text: this.#waitsText(this.#waits) };
    }
    if (number === 0 && this.#unhandled) {
      return { fill: 'yellow', shape: 'ring', text: this.#red._('provisioning-executor.status.unhandled') };
    }
    if (number === 0) return { fill: 'grey', shape: 'ring', text: 'provisioning-executor.status.idle' };
    return {
      fill: 'blue',
      shape: 'dot',
      text: this.#red._('provisioning-executor.status.running', { number }),
    };
  }

  #waitsText({ count, cause, parkedFor }: Waits): string {
    const why = cause ?? this.#red._(`provisioning-executor.waits.${parkedFor}`);
    const waits = this.#red._(`provisioning-executor.status.${count === 1 ? 'waits' : 'wait'}`, {
      number: String(count),
    });
    return `${waits}: ${cut(why, room - waits.length - 2)}`;
  }
}

/** The first words, so many characters of them at most. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, Math.max(1, length - 1)).replace(/[\ud800-\udbff]$/, '');
  const [words] = /^.*\S(?=\s)/.exec(`${start}${/\s/.test(text[start.length] ?? '') ? ' ' : ''}`) ?? [start];
  return `${words}…`;
}
