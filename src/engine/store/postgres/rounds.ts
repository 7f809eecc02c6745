import type { Work } from '../journal/work.ts';
import type { Query } from './connection.ts';
import type { KeptConnection } from './kept-connection.ts';
import { type Members, unsynced } from './members.ts';
import { workIn } from './work.ts';

/** Ms for which hints to others are gathered. */
const gathering = 5;

const notify = `with ${unsynced} select pg_notify($1, $2) from unsynced`;
/** Stands for the ids of all instances. */
const all = 'all';

/** An instance has come or gone, or has other handlers: all look at one another. */
export async function tellAll(query: Query, channel: string): Promise<void> {
  await query(notify, [channel, all]);
}

interface Options {
  readonly connection: KeptConnection;
  readonly members: Members;
  /** The channel that hints come by. */
  readonly channel: string;
  /** Ms between two looks at what there is to do, where nobody gives a hint. */
  readonly pollPause: number;
  /** Puts back what the dead had in hand. */
  readonly sweep: (dead: readonly number[]) => Promise<void>;
  readonly onWork: (work: Work) => void;
  /** Looks at what else the instances share. */
  readonly look: () => Promise<void>;
  readonly onFenced: () => void;
  /** What could not be done is tried again at the next round. */
  readonly onError: (error: unknown) => void;
}

/**
 * What an instance does from time to time: it shows that it is there, looks after the others, and looks for work that
 * has become its own by what others have done. A hint makes it look at once; whoever misses one looks a second later.
 */
export class Rounds {
  readonly #options: Options;
  readonly #timers: NodeJS.Timeout[];
  readonly #hints = new Set<number>();
  #telling: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #beating: Promise<void> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    const beatPause = options.members.lease / 5;
    this.#timers = [
      setInterval(() => this.beat(), beatPause).unref(),
      setInterval(() => this.look(), options.pollPause).unref(),
    ];
  }

  /** Others have something to do, as soon as they hear of it. */
  hint(instances: readonly number[]): void {
    for (const one of instances) this.#hints.add(one);
    if (this.#hints.size > 0) this.#telling ??= setTimeout(() => this.#tell(), gathering).unref();
  }

  /** Has been told that there is something to do. @param text ids of those who are meant, or `all` */
  heard(text: string): void {
    if (text === all) this.beat();
    else if (text.split(' ').includes(String(this.#options.members.id))) this.look();
  }

  /** This instance has come, or has other handlers: all look at one another. */
  announce(): void {
    void Promise.resolve(this.#beating).then(() => {
      this.beat();
      return this.#attempt(({ query }) => tellAll(query, this.#options.channel));
    });
  }

  look(): void {
    this.#looking ??= this.#attempt(async ({ query }) => {
      const { members, onWork, look } = this.#options;
      const [work] = await Promise.all([workIn(query, members), look()]);
      onWork(work);
    }).finally(() => {
      this.#looking = undefined;
    });
  }

  beat(): void {
    this.#beating ??= this.#attempt(async () => {
      const { members, sweep, onFenced } = this.#options;
      await members.beat();
      const dead = await members.look();
      if (dead.includes(members.id) || !members.all.some(({ id }) => id === members.id)) return onFenced();
      const before = String(members.homes);
      await sweep(dead);
      await members.findLeft();
      if (dead.length > 0 || String(members.homes) !== before) this.look();
    }).finally(() => {
      this.#beating = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#telling);
    await Promise.all([this.#looking, this.#beating]);
  }

  #tell(): void {
    this.#telling = undefined;
    const meant = [...this.#hints].join(' ');
    this.#hints.clear();
    void this.#attempt(({ query }) => query(notify, [this.#options.channel, meant]));
  }

  async #attempt(work: (connection: { readonly query: Query }) => Promise<unknown>): Promise<void> {
    const { connection, onError } = this.#options;
    if (this.#closed || !connection.isConnected) return;
    try {
      await work(connection);
    } catch (error) {
      if (!this.#closed) onError(error);
    }
  }
}
