import type { Changes, Frame } from '../../engine/words/admin-answers.ts';
import { type Api, path } from './api.ts';
import { FeedSequence } from './feed-sequence.ts';
import { Pace } from './pace.ts';
import type { LogSummary } from './shapes.ts';

/** What of `RED.comms` the tab uses. */
export interface Comms {
  subscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
  unsubscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
  on(event: 'connect', callback: () => void): void;
  off(event: 'connect', callback: () => void): void;
}

export interface FeedObserver {
  /** Executions that have begun or changed. */
  rows?(rows: readonly LogSummary[]): void;
  /** Something was missed: what is shown must be fetched anew. */
  gap?(): void;
}

/** Ms between two readings of what has changed. */
const betweenReadings = 400;

/**
 * The live changes, while somebody follows them. Node-RED tells every editor that there are some, without what they
 * are; that is read with the permission to.
 */
export class LiveFeed {
  readonly #comms: Comms;
  readonly #api: Pick<Api, 'get'>;
  readonly #observers = new Set<FeedObserver>();
  readonly #pace = new Pace(() => void this.#readAll(), betweenReadings);
  /** The newest frame of each registry whose changes are to be read. */
  readonly #told = new Map<string, Frame>();
  #sequence = new FeedSequence();
  #reading = false;

  constructor(comms: Comms, api: Pick<Api, 'get'>) {
    this.#comms = comms;
    this.#api = api;
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
    this.#pace.stop();
    this.#told.clear();
    this.#comms.unsubscribe('provisioning/executions', this.#onFrame);
    this.#comms.unsubscribe('provisioning/hello', this.#onHello);
    this.#comms.off('connect', this.#onGap);
  }

  readonly #onFrame = (_topic: string, data: unknown): void => {
    if (!isFrame(data)) return;
    if (this.#sequence.greet(data.boot)) this.#onGap();
    if (this.#sequence.after(data) === undefined) return;
    // The first of several tells from where to read.
    const { since } = this.#told.get(data.registry) ?? data;
    this.#told.set(data.registry, { ...data, since });
    this.#pace.ask();
  };

  readonly #onHello = (_topic: string, data: unknown): void => {
    const boot = (data as { boot?: unknown } | null)?.boot;
    if (typeof boot === 'string' && this.#sequence.greet(boot)) this.#onGap();
  };

  readonly #onGap = (): void => {
    for (const observer of this.#observers) observer.gap?.();
  };

  /** One after the other: an answer that comes late must not undo what a newer one says. */
  async #readAll(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const frames = [...this.#told.values()];
    this.#told.clear();
    await Promise.all(frames.map((frame) => this.#read(frame)));
    this.#reading = false;
    if (this.#told.size > 0) this.#pace.ask();
  }

  async #read(frame: Frame): Promise<void> {
    const { boot, registry } = frame;
    const sequence = this.#sequence;
    const after = sequence.after(frame);
    if (after === undefined) return;
    try {
      const changes = await this.#api.get<Changes>(path('registries', registry, 'changes'), { boot, after });
      // Nobody follows any more, or somebody does anew.
      if (sequence !== this.#sequence || this.#observers.size === 0) return;
      sequence.read(changes.boot, registry, changes.seq);
      const rows = changes.items.map((item) => ({ ...item, registry }));
      if (rows.length > 0) for (const observer of this.#observers) observer.rows?.(rows);
      if (!changes.complete) this.#onGap();
    } catch {
      // Whoever shows something reads it, and says what is wrong.
      this.#onGap();
    }
  }
}

function isFrame(data: unknown): data is Frame {
  const frame = data as Partial<Frame> | null;
  return (
    typeof frame?.boot === 'string' &&
    typeof frame.registry === 'string' &&
    typeof frame.seq === 'number' &&
    typeof frame.since === 'number'
  );
}
