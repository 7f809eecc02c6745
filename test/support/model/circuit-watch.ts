import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/engine/words/outcome.ts';
import type { MadeCall } from '../made-call.ts';
import type { StoreBench } from '../store-bench.ts';

interface Seen {
  state: 'closed' | 'open' | 'gone';
  /** Failures in a row that speak of the receiver. */
  failures: number;
  /** When it opened, and when it was probed last in this life of the engine; ms of the monotonic clock. */
  opened: number;
  probed: number;
  probe: MadeCall | undefined;
}

/**
 * What a handler's circuit must be (rule 8), by nothing but the answers that it gave, and by operators; and whether its
 * calls keep to that. Neither a deploy without the handler nor a restart changes it.
 */
export class CircuitWatch {
  readonly #bench: StoreBench;
  readonly #seen = new Map<string, Seen>();
  /** The wall clock was set: probes are due by it. */
  #clockSet = false;

  constructor(bench: StoreBench) {
    this.#bench = bench;
  }

  /** A call begins. */
  begins(call: MadeCall): void {
    const seen = this.#of(call.handler);
    assert.notEqual(seen.state, 'gone', `${call.webhookId} is called, but its receiver is gone`);
    if (seen.state === 'closed') return;
    const now = this.#bench.time.monotonic();
    assert.equal(seen.probe, undefined, `${call.webhookId} is called while its circuit is probed`);
    assert.ok(
      this.#clockSet || now - Math.max(seen.opened, seen.probed) >= 30_000,
      `${call.webhookId} is called ${now - seen.opened} ms after its circuit opened, ${now - seen.probed} ms after a probe`,
    );
    Object.assign(seen, { probe: call, probed: now });
  }

  answers(call: MadeCall, outcome: Outcome): void {
    const seen = this.#of(call.handler);
    if (seen.probe === call) seen.probe = undefined;
    if (seen.state === 'gone') return;
    if (outcome.gone) return this.#become(seen, 'gone');
    if (outcome.ok) return this.#become(seen, 'closed');
    if (seen.state === 'open') return;
    seen.failures = outcome.outage ? seen.failures + 1 : 0;
    if (seen.failures >= 10) this.#become(seen, 'open');
  }

  /** An operator has closed it. */
  closed(handler: string): void {
    this.#become(this.#of(handler), 'closed');
  }

  /** Another life of the engine: what was on its way is cut off, and failures are counted anew. */
  restarted(): void {
    for (const seen of this.#seen.values()) Object.assign(seen, { probe: undefined, probed: 0, failures: 0 });
  }

  clockSet(): void {
    this.#clockSet = true;
  }

  /** What the engine says must be what was seen. */
  check(): void {
    for (const [handler, { state }] of this.#seen) {
      const told = this.#bench.engine.circuitOf(handler).state;
      assert.equal(told === 'probing' ? 'open' : told, state, `the circuit of ${handler}`);
    }
  }

  #become(seen: Seen, state: Seen['state']): void {
    Object.assign(seen, { state, failures: 0, opened: this.#bench.time.monotonic(), probed: 0 });
  }

  #of(handler: string): Seen {
    const known = this.#seen.get(handler);
    if (known) return known;
    const seen: Seen = { state: 'closed', failures: 0, opened: 0, probed: 0, probe: undefined };
    this.#seen.set(handler, seen);
    return seen;
  }
}
