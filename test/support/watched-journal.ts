import type { Journal } from '../../src/engine/store/journal.ts';
import { SqliteJournal } from '../../src/engine/store/sqlite/sqlite-journal.ts';

type Tell = Parameters<Journal['onWork']>[0];

/** A real journal that a test can wait for, and cut off as a crash would. */
export class WatchedJournal {
  readonly journal: Journal;
  readonly #real: SqliteJournal;
  #pending = 0;
  #dead = false;

  static async open(folder: string, now: number): Promise<WatchedJournal> {
    return new WatchedJournal(await SqliteJournal.open(folder, now));
  }

  private constructor(real: SqliteJournal) {
    this.#real = real;
    this.journal = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name === 'onWork') return (tell: Tell) => real.onWork((work) => !this.#dead && tell(work));
        return (...args: unknown[]) => this.#watch(() => value.apply(target, args));
      },
    });
  }

  /** Operations that are not answered yet. */
  get pending(): number {
    return this.#pending;
  }

  /** What was called is on disk or not; nobody hears of it. The folder is free afterwards. */
  async crash(): Promise<void> {
    this.#dead = true;
    await this.#real.close();
  }

  #watch(call: () => Promise<unknown>): Promise<unknown> {
    if (this.#dead) return new Promise(() => undefined);
    this.#pending += 1;
    return new Promise((resolve, reject) => {
      const settle = (give: () => void) => {
        this.#pending -= 1;
        if (!this.#dead) give();
      };
      call().then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
  }
}
