import { Changes } from '../changes.ts';
import { type BulkState, type Found, Loaded } from '../loaded.ts';
import { NotLoaded, type Search, searchName } from '../needs.ts';

/** Larger than any seq. */
const standIn = 2 ** 52;

/** What was read of the database in the transaction that is under way, and over that what is to be written. */
export class Transaction {
  #loaded = new Loaded();
  #changes = new Changes();

  get loaded(): Loaded {
    return this.#loaded;
  }

  get changes(): Changes {
    return this.#changes;
  }

  /** Another one begins, or this one anew. */
  begin(loaded: Loaded): void {
    this.#loaded = loaded;
    this.#changes = new Changes();
  }

  nextEventSeq(): number {
    return this.#next('eventSeqs');
  }

  nextExecutionSeq(): number {
    return this.#next('executionSeqs');
  }

  /** Where too few were drawn, it is found out first how many are needed: until then others stand in for them. */
  #next(of: 'eventSeqs' | 'executionSeqs'): number {
    const drawn = this.#changes[of];
    this.#changes.draw(of);
    return this.#loaded[of][drawn] ?? standIn + drawn;
  }

  /** Whether seqs stand in for others. */
  get isShort(): boolean {
    const { eventSeqs, executionSeqs } = this.#changes;
    return eventSeqs > this.#loaded.eventSeqs.length || executionSeqs > this.#loaded.executionSeqs.length;
  }

  /** What a search has found. @throws NotLoaded */
  found(search: Search): Found {
    const found = this.#loaded.found.get(searchName(search));
    if (found === undefined) throw new NotLoaded((needs) => needs.search(search));
    return found;
  }

  bulkState(id: number): BulkState | null {
    return this.found({ what: 'bulkState', id }) as BulkState | null;
  }
}
