import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { ReplayRow } from '../../engine/store/log/bulk.ts';
import { isRecord } from '../../engine/words/absent.ts';
import { grantOf } from '../../engine/words/operation.ts';
import { errorStatus } from '../node-outcome.ts';
import type { Answered } from './ask.ts';
import { Refusal } from './refusal.ts';
import { followReplay } from './replay-progress.ts';

/** The canvas is no meter: changes are shown at this pace, in ms. */
const pace = 250;

/**
 * A query node's canvas status: what is wrong with its registry, else how far the bulk replay has come that it began,
 * else what it did last.
 */
export class QueryStatus {
  readonly #red: NodeAPI;
  readonly #node: Node;
  #problem: string | null = null;
  #replay: NodeStatus | null = null;
  #last: NodeStatus = {};
  #unfollow: () => void = () => undefined;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(red: NodeAPI, node: Node) {
    this.#red = red;
    this.#node = node;
  }

  /** Of its registry; null: nothing is wrong. */
  problem(problem: string | null): void {
    this.#problem = problem;
    this.#schedule();
  }

  answered({ operation, engine, answer }: Answered): void {
    const { items, replaying, looking } = isRecord(answer) ? answer : {};
    const text = Array.isArray(items) ? `${operation}: ${items.length}` : operation;
    const changes = grantOf(operation) !== null;
    this.#last = { fill: changes ? 'green' : 'grey', shape: changes ? 'dot' : 'ring', text };
    this.#schedule();
    if (this.#ended || !(Number(replaying ?? looking) > 0)) return;
    this.#unfollow();
    this.#unfollow = followReplay(engine, (replay) => this.#replaying(replay));
  }

  readonly refused = (error: Error): void => {
    const code = error instanceof Refusal ? error.code : 'internal';
    this.#last = { fill: 'red', shape: 'ring', text: this.#red._(`provisioning-query.status.${code}`) };
    this.#schedule();
  };

  /** Its node is gone. */
  readonly end = (): void => {
    this.#ended = true;
    this.#unfollow();
    clearTimeout(this.#timer);
  };

  #replaying({ kind, status, looked, replayed, matched }: ReplayRow): void {
    // A delivery looks at more than it has missed.
    const gone = kind === 'delivery' ? looked : replayed;
    const share = String(Math.floor((100 * gone) / Math.max(1, matched)));
    const text = this.#red._(`provisioning-query.status.${status}`, { share, number: String(replayed) });
    const runs = status === 'running';
    const shown: NodeStatus = { fill: runs ? 'blue' : 'green', shape: 'dot', text };
    this.#replay = runs ? shown : null;
    this.#last = shown;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#ended) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const shown = this.#replay ?? this.#last;
      this.#node.status(this.#problem === null ? shown : errorStatus(this.#problem));
    }, pace).unref();
  }
}
