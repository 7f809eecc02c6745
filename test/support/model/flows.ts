import assert from 'node:assert/strict';
import type { StoreBench } from '../store-bench.ts';
import type { Flow } from './happenings.ts';

type Emitted = { readonly id: string; readonly payload: string };

/** What an event is taken by. */
type Taker = Pick<StoreBench, 'engine' | 'take'>;

/** What stands between an event node and its executor: it does with each event what that says. */
export class Flows {
  readonly #taker: Taker;
  readonly #mayRefuse: (error: unknown) => boolean;
  readonly #onError: (error: unknown) => void;
  readonly #flows = new Map<string, Flow>();
  readonly #held: Emitted[] = [];

  /** @param mayRefuse whether an executor may refuse an event with this */
  constructor(taker: Taker, mayRefuse: (error: unknown) => boolean, onError: (error: unknown) => void) {
    this.#taker = taker;
    this.#mayRefuse = mayRefuse;
    this.#onError = onError;
  }

  /** One node takes it, and is done with it at once, whatever it has done with it. */
  emitted(event: Emitted): void {
    const trace = this.#taker.engine.traceOf(event.id);
    trace?.begin();
    this.#pass(event);
    trace?.end();
  }

  /** Not one after the other: a handler may hang. */
  deliverLate(): void {
    for (const event of this.#held.splice(0)) {
      this.#taker.engine.traceOf(event.id)?.begin();
      this.#take(event);
    }
  }

  #pass(event: Emitted): void {
    const flow = this.#flows.get(event.id) ?? ((JSON.parse(event.payload).data.flow ?? 'pass') as Flow);
    this.#flows.set(event.id, flow);
    if (flow === 'drop') return;
    if (flow === 'late') this.#held.push(event);
    else if (flow === 'change')
      this.#take({ ...event, payload: event.payload.replace('"data":{', '"data":{"more":1,') });
    else this.#take(event);
    if (flow === 'twice') this.#take(event);
  }

  /** An executor that can't take an event now says so; it is emitted again. */
  #take(event: Emitted): void {
    this.#taker.take(event).catch((error) => {
      try {
        assert.ok(this.#mayRefuse(error), String(error));
      } catch (unexpected) {
        this.#onError(unexpected);
      }
    });
  }
}
