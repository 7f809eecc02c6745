import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { FirstPass } from '../engine/delivery/execution-row.ts';
import { errorStatus } from './node-outcome.ts';

/** The canvas is no meter: changes are shown at this pace, in ms. */
const pace = 250;

/**
 * An executor's canvas status: what is wrong with its registry, or the last failure, or how many are running, or idle.
 * It outlives the node: what was running when a deploy replaced it runs on.
 */
export class RunningStatus {
  readonly #red: NodeAPI;
  #node: Node | undefined;
  #running = 0;
  #failure: { readonly eventType: string; readonly handler: string } | undefined;
  #problem: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(red: NodeAPI) {
    this.#red = red;
  }

  /** The node shows it from now on; its failures begin with it. @returns what ends that */
  showAt(node: Node): () => void {
    this.#node = node;
    this.#failure = undefined;
    this.#show();
    return () => {
      if (this.#node === node) this.#node = undefined;
    };
  }

  /** Counts an event as running until its first pass is over. */
  async during(firstPass: Promise<FirstPass>): Promise<FirstPass> {
    this.#running += 1;
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
    if (this.#failure) {
      const text = this.#red._('provisioning-executor.status.failed', this.#failure);
      return { fill: 'red', shape: number > 0 ? 'dot' : 'ring', text };
    }
    if (number === 0) return { fill: 'grey', shape: 'ring', text: 'provisioning-executor.status.idle' };
    return {
      fill: 'blue',
      shape: 'dot',
      text: this.#red._('provisioning-executor.status.running', { number }),
    };
  }
}
