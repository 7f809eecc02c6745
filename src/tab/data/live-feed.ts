import { FeedSequence } from './feed-sequence.ts';
import type { LogSummary } from './shapes.ts';

/** What of `RED.comms` the tab uses. */
export interface Comms {
  subscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
  unsubscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
  on(event: 'connect', callback: () => void): void;
  off(event: 'connect', callback: () => void): void;
}

interface Frame {
  readonly boot: string;
  readonly seq: number;
  readonly registry: string;
  readonly items: readonly Omit<LogSummary, 'registry'>[];
  readonly dropped?: number;
}

export interface FeedObserver {
  /** Executions that have begun or changed. */
  rows?(rows: readonly LogSummary[]): void;
  /** Something was missed: what is shown must be fetched anew. */
  gap?(): void;
}

/** The live changes that Node-RED sends, while somebody follows them. */
export class LiveFeed {
  readonly #comms: Comms;
  readonly #observers = new Set<FeedObserver>();
  #sequence = new FeedSequence();

  constructor(comms: Comms) {
    this.#comms = comms;
  }

  /** @returns what ends it */
  follow(observer: FeedObserver): () => void {
    this.#observers.add(observer);
    if (this.#observers.size === 1) this.#subscribe();
    return () => {
      if (this.#observers.delete(observer) && this.#observers.size === 0) this.#unsubscribe();
    };
  }

  #subscribe(): void {
    this.#sequence = new FeedSequence();
    this.#comms.subscribe('provisioning/executions', this.#onFrame);
    this.#comms.subscribe('provisioning/hello', this.#onHello);
    this.#comms.on('connect', this.#onGap);
  }

  #unsubscribe(): void {
    this.#comms.unsubscribe('provisioning/executions', this.#onFrame);
    this.#comms.unsubscribe('provisioning/hello', this.#onHello);
    this.#comms.off('connect', this.#onGap);
  }

  readonly #onFrame = (_topic: string, data: unknown): void => {
    if (!isFrame(data)) return;
    const place = this.#sequence.follow(data);
    if (place === 'old') return;
    const rows = data.items.map((item) => ({ ...item, registry: data.registry }));
    for (const observer of this.#observers) observer.rows?.(rows);
    if (place === 'gap' || data.dropped) this.#onGap();
  };

  readonly #onHello = (_topic: string, data: unknown): void => {
    const boot = (data as { boot?: unknown } | null)?.boot;
    if (typeof boot === 'string' && this.#sequence.greet(boot)) this.#onGap();
  };

  readonly #onGap = (): void => {
    for (const observer of this.#observers) observer.gap?.();
  };
}

function isFrame(data: unknown): data is Frame {
  const frame = data as Partial<Frame> | null;
  return (
    typeof frame?.boot === 'string' &&
    typeof frame.seq === 'number' &&
    typeof frame.registry === 'string' &&
    Array.isArray(frame.items)
  );
}
