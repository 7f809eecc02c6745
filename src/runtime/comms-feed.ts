import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { Engine } from '../engine/engine.ts';
import type { ExecutionRow } from '../engine/execution.ts';

/** An execution as the feed tells of it: bodies are to be had from the admin API, which asks who is reading. */
export type ExecutionNews = Omit<ExecutionRow, 'response'>;

/** What is published on `provisioning/executions`: each execution once, as it stood last. */
export interface Frame {
  /** Changes when Node-RED has restarted: what was seen before must be read anew. */
  readonly boot: string;
  /** One more with each frame; a gap means that frames were lost. */
  readonly seq: number;
  readonly registry: string;
  /** In the order of their last change. */
  readonly items: readonly ExecutionNews[];
  /** Executions that changed too, and are left out. */
  readonly dropped: number;
}

interface News {
  readonly items: Map<string, ExecutionNews>;
  dropped: number;
}

/** Ms between frames, of all registries together: comms queues without bound for a slow browser. */
const pace = 250;
const mostItems = 200;
const errorLength = 200;

/** Tells every open editor what becomes of executions. Whoever may open the editor receives it. */
export class CommsFeed {
  readonly #publish: NodeAPI['comms']['publish'];
  /** Comms holds this object to greet new editors with: they are to get the seq as it is then. */
  readonly #hello = { boot: randomUUID(), seq: 0 };
  readonly #news = new Map<string, News>();
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: NodeAPI['comms']['publish']) {
    this.#publish = publish;
    publish('provisioning/hello', this.#hello, true);
  }

  /** @returns what ends it */
  follow(engine: Pick<Engine, 'id' | 'observe'>): () => void {
    return engine.observe((row) => this.#note(engine.id, row));
  }

  #note(registry: string, row: ExecutionRow): void {
    const news = this.#news.get(registry) ?? { items: new Map<string, ExecutionNews>(), dropped: 0 };
    this.#news.set(registry, news);
    const { items } = news;
    items.delete(row.id);
    items.set(row.id, row);
    if (items.size > mostItems) {
      const [oldest = ''] = items.keys();
      items.delete(oldest);
      news.dropped += 1;
    }
    this.#timer ??= setTimeout(() => this.#send(), pace).unref();
  }

  #send(): void {
    this.#timer = undefined;
    const [next] = this.#news;
    if (!next) return;
    const [registry, { items, dropped }] = next;
    // The others have their turn first when there is more of this one.
    this.#news.delete(registry);
    this.#hello.seq += 1;
    const frame: Frame = { ...this.#hello, registry, items: [...items.values()].map(inShort), dropped };
    this.#publish('provisioning/executions', frame, false);
    if (this.#news.size > 0) this.#timer = setTimeout(() => this.#send(), pace).unref();
  }
}

function inShort({ error, ...row }: ExecutionNews & { response?: unknown }): ExecutionNews {
  const { response: _, ...news } = row;
  return { ...news, error: error === null ? null : error.slice(0, errorLength) };
}
