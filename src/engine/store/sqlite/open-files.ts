import { statSync } from 'node:fs';
import { join } from 'node:path';

/** What stands at a path; null when nothing does. */
type Identity = string | null;

/** The journal's own file first: where that is another one, nothing else matters. Commits are in the first two. */
const names = ['journal.sqlite', 'journal.sqlite-wal', 'journal.sqlite-shm', 'lock'] as const;
const written = names.slice(0, 2);
export type OpenFile = (typeof names)[number];

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
  displaced(): OpenFile | undefined {
    return this.#firstDisplaced(names);
  }

  /** The same for those that a commit is written to: for each of them is too often to look at all. */
  writtenDisplaced(): OpenFile | undefined {
    return this.#firstDisplaced(written);
  }

  #firstDisplaced(among: readonly OpenFile[]): OpenFile | undefined {
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
