import type { Instances } from '../../src/engine/store/instances.ts';
import type { Journal } from '../../src/engine/store/journal.ts';
import type { Store, StoreLocation, StoreOptions } from '../../src/engine/store/store.ts';

type Tell = Parameters<Journal['onWork']>[0];

/** A real store that a test can wait for, and cut off as a crash would. */
export class WatchedStore {
  readonly store: Store;
  readonly #real: Store;
  readonly #pending = new Set<Promise<unknown>>();
  #dead = false;
  #looks = 0;

  static async open(place: StoreLocation, options: StoreOptions): Promise<WatchedStore> {
    return new WatchedStore(await place.open(options));
  }

  private constructor(real: Store) {
    this.#real = real;
    const { journal, log, handlers, notice, lost, instances } = real;
    this.store = {
      journal: this.#watched(journal, {
        onWork: (tell: Tell) => journal.onWork((work) => !this.#dead && tell(work)),
      }),
      log: this.#watched(log),
      handlers: {
        number: (all) => this.#watch(() => handlers.number(all)),
        numberOf: (handler) => handlers.numberOf(handler),
        overridden: () => handlers.overridden(),
        hold: () => handlers.hold(),
        holdAll: (hold) => handlers.holdAll(hold),
        overrideOf: (handler) => handlers.overrideOf(handler),
        override: (handler, override) => handlers.override(handler, override),
        save: () => this.#watch(() => handlers.save()),
      },
      notice,
      lost: lost.then((why) => (this.#dead ? new Promise<Error>(() => undefined) : why)),
      instances: instances && this.#watchedInstances(instances),
      backUp: (to) => this.#watch(() => real.backUp(to)),
      close: (callsUnderWay) => this.#watch(() => real.close(callsUnderWay)),
    };
  }

  /** Operations that are not answered yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Until those are answered that are not now. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  /** How often it has looked at what other instances have done. */
  get looks(): number {
    return this.#looks;
  }

  /** What was called is on disk or not; nobody hears of it. Its place is free afterwards. */
  async crash(): Promise<void> {
    this.#dead = true;
    await this.#real.close();
  }

  #watchedInstances(instances: Instances): Instances {
    const { onLook, inHand, claimReplays, changedElsewhere, passed, countFailure, endProbe } = instances;
    return {
      ...instances,
      // The test's time is not the store's.
      ahead: () => 0,
      onLook: (tell) =>
        onLook(() => {
          this.#looks += 1;
          if (!this.#dead) tell();
        }),
      inHand: () => this.#watch(inHand),
      claimReplays: () => this.#watch(claimReplays),
      changedElsewhere: () => this.#watch(changedElsewhere),
      passed: (events) => this.#watch(() => passed(events)),
      countFailure: (handler) => this.#watch(() => countFailure(handler)),
      endProbe: (handler, error) => this.#watch(() => endProbe(handler, error)),
    };
  }

  #watched<Part extends object>(part: Part, own: Partial<Part> = {}): Part {
    return new Proxy(part, {
      get: (target, name) => {
        if (name in own) return Reflect.get(own, name);
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => this.#watch(() => value.apply(target, args));
      },
    });
  }

  #watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.#dead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const called = call();
      this.#pending.add(called);
      const settle = (give: () => void) => {
        this.#pending.delete(called);
        if (!this.#dead) give();
      };
      called.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
  }
}
