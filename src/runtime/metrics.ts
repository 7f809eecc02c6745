import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine } from '../engine/engine.ts';
import { shownStatuses } from '../engine/words/execution.ts';
import { TransientMap } from '../engine/words/transient-map.ts';

const perHandler = ['registry', 'handler', 'name'] as const;
/** An execution whose handler's condition is not met is not what alerts on skipped ones are about. */
const passedBy = 'passed_by';
const countedStatuses = [...shownStatuses.filter((status) => status !== 'running'), passedBy];

/** What a monitoring system scrapes, in Prometheus' text format. Counters begin with the process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #executions = new Counter({
    name: 'provisioning_executions_total',
    help: 'Executions by the status they came to.',
    labelNames: [...perHandler, 'status'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'provisioning_attempt_duration_seconds',
    help: 'How long attempts took.',
    labelNames: perHandler,
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60],
    registers: [this.#registry],
  });
  /** Attempts made before the one that is under way, by execution. */
  readonly #attempts = new TransientMap<string, number>();
  readonly #circuit = this.#gauge(
    'provisioning_circuit_open',
    '1 while a handler’s circuit is not closed.',
    perHandler,
  );
  readonly #handlerHeld = this.#gauge(
    'provisioning_handler_held',
    '1 while a handler is held, by itself or with its registry.',
    perHandler,
  );
  readonly #registryHeld = this.#gauge(
    'provisioning_registry_held',
    '1 while an operator holds the registry as a whole.',
  );
  readonly #state = this.#gauge('provisioning_registry_up', '1 while the registry delivers.');
  readonly #waiting = this.#gauge(
    'provisioning_events_waiting',
    'Accepted events whose chain has not started.',
  );
  readonly #running = this.#gauge('provisioning_executions_running', 'Executions that are running now.');
  readonly #parked = this.#gauge('provisioning_executions_parked', 'Executions that are parked.');
  readonly #oldestWaiting = this.#gauge(
    'provisioning_oldest_waiting_seconds',
    'How long ago the oldest accepted event came whose chain has not started; 0 when there is none.',
  );
  readonly #oldestParked = this.#gauge(
    'provisioning_oldest_parked_seconds',
    'How long ago the turn of the oldest parked execution came; 0 when there is none.',
  );

  readonly contentType = this.#registry.contentType;

  follow(engine: Engine): void {
    const registry = engine.id;
    engine.news.observe((row) => {
      const {
        id,
        handler: { id: handler, name },
        status,
        attempts,
        durationMs,
      } = row;
      if (status === 'running') return void this.#attempts.set(id, attempts);
      this.#executions.inc({ registry, handler, name, status: row.passedBy ? passedBy : status });
      const attempted = attempts > (this.#attempts.get(id) ?? attempts);
      this.#attempts.delete(id);
      // An execution that ends without an attempt still carries the duration of the last one.
      if (attempted) this.#seconds.observe({ registry, handler, name }, (durationMs ?? 0) / 1000);
    });
  }

  /**
   * As of now.
   * @param refused ids of registries that are deployed, but not in force
   */
  async text(engines: readonly Engine[], refused: readonly string[]): Promise<string> {
    const measured = await Promise.all(engines.map((engine) => this.#measure(engine)));
    // From here on in one go: whoever asks at the same time must not be told of half of them.
    const counted = [this.#waiting, this.#running, this.#parked, this.#oldestWaiting, this.#oldestParked];
    const held = [this.#registryHeld, this.#handlerHeld];
    const gauges = [this.#state, this.#circuit, ...held, ...counted];
    for (const gauge of gauges) gauge.reset();
    for (const registry of refused) this.#state.set({ registry }, 0);
    for (const set of measured) set();
    return this.#registry.metrics();
  }

  /** @returns what sets the gauges */
  async #measure(engine: Engine): Promise<() => void> {
    const registry = engine.id;
    const up = engine.state === 'ready' ? 1 : 0;
    // One journal that takes its time to open must not hold up the others' figures.
    if (engine.state === 'starting') return () => this.#state.set({ registry }, up);
    const counts = await engine
      .log()
      .then((log) => log.counts())
      .catch(() => undefined);
    const handlers = await engine.handlers().catch(() => []);
    return () => {
      this.#state.set({ registry }, up);
      this.#registryHeld.set({ registry }, engine.hold ? 1 : 0);
      for (const { config, status } of handlers) {
        const labels = { registry, handler: config.id, name: config.name };
        this.#circuit.set(labels, engine.circuitOf(config.id).state === 'closed' ? 0 : 1);
        const held = status === 'held' || (status === 'enabled' && Boolean(engine.hold));
        this.#handlerHeld.set(labels, held ? 1 : 0);
        // A counter that is not there before it counts shows no increase when it comes: the first failures would be missed.
        for (const counted of countedStatuses) this.#executions.inc({ ...labels, status: counted }, 0);
      }
      if (!counts) return;
      this.#waiting.set({ registry }, counts.waiting);
      this.#running.set({ registry }, counts.running);
      this.#parked.set({ registry }, counts.parked);
      this.#oldestWaiting.set({ registry }, secondsSince(counts.oldestWaitingAt));
      this.#oldestParked.set({ registry }, secondsSince(counts.oldestParkedAt));
    };
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = ['registry']): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}

function secondsSince(at: number | null): number {
  return Math.max(0, Date.now() - (at ?? Date.now())) / 1000;
}
