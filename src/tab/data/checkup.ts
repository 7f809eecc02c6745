import { type Diagnosis, type Finding, findingLevels } from '../../engine/words/diagnosis.ts';
import type { Api } from './api.ts';
import { Observable } from './observable.ts';

/** How many handlers' targets are asked for at a time: between two requests one can see how far it is, and stop. */
const part = 8;

/** What the doctor has found, and what came of reaching targets since. */
export class Checkup extends Observable {
  readonly #api: Api;
  #diagnosis: Diagnosis | undefined;
  #ofTargets: readonly Finding[] = [];
  #state: 'checking' | 'done' | 'reaching' = 'done';
  #problem: unknown;
  /** Handlers whose targets were asked for; undefined: nobody has asked. */
  #reached: number | undefined;
  #stopped = false;

  constructor(api: Api) {
    super();
    this.#api = api;
  }

  get state(): 'checking' | 'done' | 'reaching' {
    return this.#state;
  }

  /** Why it could not be asked, or not to the end. */
  get problem(): unknown {
    return this.#problem;
  }

  /** When it was found, ISO 8601; undefined: nothing is known yet. */
  get checkedAt(): string | undefined {
    return this.#diagnosis?.checkedAt;
  }

  /** Worst first. */
  get findings(): readonly Finding[] {
    const all = [...this.#ofTargets, ...(this.#diagnosis?.findings ?? [])];
    const rank = ({ level }: Finding) => findingLevels.indexOf(level);
    return all.sort((a, b) => rank(a) - rank(b));
  }

  /** How many targets were reached for, of how many. */
  get reached(): { readonly done: number | undefined; readonly all: number } {
    return { done: this.#reached, all: this.#diagnosis?.targets.length ?? 0 };
  }

  /** Looks anew. What came of reaching targets is of before, and goes. */
  check(): Promise<void> {
    return this.#work('checking', async () => {
      this.#diagnosis = await this.#api.get<Diagnosis>('doctor');
      this.#ofTargets = [];
      this.#reached = undefined;
    });
  }

  /** Reaches all targets, a part with each request. */
  reach(): Promise<void> {
    return this.#work('reaching', async () => {
      this.#stopped = false;
      this.#ofTargets = [];
      this.#reached = 0;
      this.changed();
      const targets = this.#diagnosis?.targets ?? [];
      for (let at = 0; at < targets.length && !this.#stopped; at += part) {
        const handlers = targets.slice(at, at + part);
        const { findings } = await this.#api.send<Diagnosis>('POST', 'doctor', { handlers });
        this.#ofTargets = [...this.#ofTargets, ...findings];
        this.#reached = at + handlers.length;
        this.changed();
      }
    });
  }

  /** Reaches no further targets. */
  stop(): void {
    this.#stopped = true;
  }

  async #work(state: 'checking' | 'reaching', work: () => Promise<void>): Promise<void> {
    if (this.#state !== 'done') return;
    this.#state = state;
    this.#problem = undefined;
    this.changed();
    try {
      await work();
    } catch (error) {
      this.#problem = error;
    }
    this.#state = 'done';
    this.changed();
  }
}
