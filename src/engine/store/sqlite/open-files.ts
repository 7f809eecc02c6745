import { statSync } from 'node:fs';
import { join } from 'node:path';

/** What stands at a path; null when nothing does. */
type Identity = string | null;

/** The journal's own file first: where that is another one, nothing else matters. */
const names = ['journal.sqlite', 'journal.sqlite-wal', 'journal.sqlite-shm', 'lock'] as const;
export type OpenFile = (typeof names)[number];
/** Those that a commit is written to: for each of them is too often to look at all. */
export const committedTo: readonly OpenFile[] = names.slice(0, 2);

/** The files that an open journal consists of, by what they are and not by their paths. */
export class OpenFiles {
  readonly #folder: string;
  readonly #identities: ReadonlyMap<OpenFile, Identity>;

  /** @param folder of a journal that is open: what stands in it now is what was opened */
  constructor(folder: string) {
    this.#folder = folder;
    this.#identities = new Map(names.map((name) => [name, this.#at(name)]));
  }

  /** The first of them that was deleted, renamed or replaced; undefined while all are in place. */
  displaced(among: readonly OpenFile[] = names): OpenFile | undefined {
    return among.find((name) => this.#identities.get(name) !== this.#at(name));
  }

  /** Whether this is still the file that was opened. */
  isOurs(name: OpenFile): boolean {
    return this.#at(name) !== null && this.#identities.get(name) === this.#at(name);
  }

  /** Whether nothing stands at its path. */
  isMissing(name: OpenFile): boolean {
    return this.#at(name) === null;
  }

  #at(name: OpenFile): Identity {
    try {
      const found = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return found ? `${found.dev}:${found.ino}` : null;
    } catch {
      // Such as a part of the path that is a file now.
      return null;
    }
  }
}
