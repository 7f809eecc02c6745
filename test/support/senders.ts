import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** An event that a sender has an answer for. */
export interface SentEvent {
  /** The event id of the answer. */
  readonly id: string;
  readonly object: string;
  /** 1 for the first event of its object. */
  readonly n: number;
  /** The bytes that were sent. */
  readonly body: string;
  /** When it was sent for the first time, in ms since the epoch. */
  readonly sentAt: number;
}

interface Options {
  /** Where the intake is now; undefined while there is none. */
  readonly url: () => string | undefined;
  /** Each sender sends the events of its own objects, one after the other. */
  readonly senders?: number;
  readonly objectsEach?: number;
  /** Ms between an answer and the next event. */
  readonly pause?: () => number;
  readonly eventType?: string;
}

/**
 * A billing system that posts events without end. What is not answered is sent again with the same
 * `Idempotency-Key`, before anything else of that sender: so each event is there once, in the order of its object.
 */
export class Senders {
  readonly accepted: SentEvent[] = [];
  /** Answers by status. */
  readonly statuses = new Map<number, number>();
  /** Answers that a sender could not live with, and 503 without `Retry-After`. */
  readonly complaints: string[] = [];
  /** Requests that were cut off, or found nobody. */
  cutOff = 0;
  readonly #options: Required<Options>;
  readonly #counts = new Map<string, number>();
  readonly #unanswered = new Map<number, Request>();
  #running: Promise<unknown> | undefined;
  #stopped = new AbortController();

  constructor(options: Options) {
    this.#options = {
      senders: 8,
      objectsEach: 3,
      pause: () => 0,
      eventType: 'clients.update',
      ...options,
    };
  }

  start(): void {
    this.#stopped = new AbortController();
    this.#running = Promise.all(
      Array.from({ length: this.#options.senders }, (_, index) => this.#run(index)),
    );
  }

  /** Sends nothing new; with an intake at hand, until everything that was sent has its answer. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(index: number): Promise<void> {
    while (!this.#stopped.signal.aborted || (this.#unanswered.has(index) && this.#options.url())) {
      const request = this.#unanswered.get(index) ?? this.#next(index);
      this.#unanswered.set(index, request);
      if (await this.#send(request)) this.#unanswered.delete(index);
      else await sleep(20);
      await sleep(this.#options.pause());
    }
  }

  /** @returns whether it is accepted */
  async #send({ key, ...sent }: Request): Promise<boolean> {
    const url = this.#options.url();
    if (url === undefined) return false;
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: sent.body,
      signal: AbortSignal.timeout(20_000),
    })
      .then(async (response) => ({ response, text: await response.text() }))
      .catch(() => undefined);
    if (!answer) {
      this.cutOff += 1;
      return false;
    }
    const { response, text } = answer;
    const { status } = response;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === 200 || status === 202) {
      this.accepted.push({ id: String(JSON.parse(text).id), ...sent });
      return true;
    }
    if (status !== 503 || !response.headers.has('retry-after')) this.complaints.push(`${status} ${text}`);
    return false;
  }

  #next(index: number): Request {
    const { objectsEach, eventType } = this.#options;
    const object = `${index}-${Math.floor(Math.random() * objectsEach)}`;
    const n = (this.#counts.get(object) ?? 0) + 1;
    this.#counts.set(object, n);
    const body = JSON.stringify({
      event: { dt: new Date().toISOString(), events_id: eventType, object_id: object },
      data: { n, name: 'Zoë "O’Neil" \\ \u2028', balance: 1e21, note: randomUUID() },
    });
    return { key: randomUUID(), object, n, body, sentAt: Date.now() };
  }
}

interface Request extends Omit<SentEvent, 'id'> {
  readonly key: string;
}
