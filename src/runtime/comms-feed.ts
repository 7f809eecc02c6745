import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { Engine } from '../engine/engine.ts';
import type { Changes, Frame } from '../engine/words/admin-answers.ts';
import type { ExecutionRow } from '../engine/words/execution.ts';
import { RecentChanges } from './recent-changes.ts';

/** Ms between frames, of all registries together: comms queues without bound for a slow browser. */
const pace = 250;

interface Followed {
  readonly id: string;
  readonly news: Pick<Engine['news'], 'observe' | 'observeElsewhere'>;
}

/** Tells every open editor that executions have changed, and whoever may read them what has become of them. */
export class CommsFeed {
  readonly #publish: NodeAPI['comms']['publish'];
  /** Comms holds this object to greet new editors with: they are to get the seq as it is then. */
  readonly #hello = { boot: randomUUID(), seq: 0 };
  /** Registries of which there is something to tell, who has waited longest first. */
  readonly #pending = new Set<string>();
  readonly #changes = new Map<string, RecentChanges>();
  #timer: NodeJS.Timeout | undefined;
  #switchTimer: NodeJS.Timeout | undefined;

  constructor(publish: NodeAPI['comms']['publish']) {
    this.#publish = publish;
    publish('provisioning/hello', this.#hello, true);
  }

  /** @returns what ends it */
  follow({ id, news }: Followed): () => void {
    const note = (row: ExecutionRow) => this.#note(id, row);
    const ends = [news.observe(note), news.observeElsewhere(note)];
    return () => {
      for (const end of ends) end();
    };
  }

  /**
   * What the frames of a registry after a certain one have told of.
   * @param boot of that frame: nothing is known of another run's
   */
  changes(registry: string, boot: string, after: number): Changes {
    const since = boot === this.#hello.boot ? after : -1;
    return { boot: this.#hello.boot, ...this.#changesOf(registry).since(since) };
  }

  #changesOf(registry: string): RecentChanges {
    const changes = this.#changes.get(registry) ?? new RecentChanges();
    this.#changes.set(registry, changes);
    return changes;
  }

  /** An operator has switched something, or its time is over: editors that show it read it anew. */
  noteSwitch(): void {
    this.#switchTimer ??= setTimeout(() => {
      this.#switchTimer = undefined;
      this.#publish('provisioning/switches', { boot: this.#hello.boot }, false);
    }, pace).unref();
  }

  #note(registry: string, row: ExecutionRow): void {
    this.#changesOf(registry).note(row);
    this.#pending.add(registry);
    this.#timer ??= setTimeout(() => this.#send(), pace).unref();
  }

  #send(): void {
    this.#timer = undefined;
    const [registry] = this.#pending;
    if (registry === undefined) return;
    // The others have their turn first when there is more of this one.
    this.#pending.delete(registry);
    this.#hello.seq += 1;
    const { boot, seq } = this.#hello;
    const frame: Frame = { boot, registry, seq, since: this.#changesOf(registry).send(seq) };
    this.#publish('provisioning/executions', frame, false);
    if (this.#pending.size > 0) this.#timer = setTimeout(() => this.#send(), pace).unref();
  }
}
