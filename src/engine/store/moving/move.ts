import { randomUUID } from 'node:crypto';
import { JournalError } from '../journal-error.ts';
import { type MoveMark, whyMarked } from '../move-mark.ts';
import type { RegistryData } from '../sqlite/registry-file.ts';
import type { Numbers } from '../sqlite/schema.ts';
import { type Place, type Row, type Table, tables } from './tables.ts';

/** Rows of a table that have been moved by now. */
export interface Moved {
  readonly table: string;
  readonly rows: number;
}

/** Failures of a handler that are of one kind; each store numbers them in its own way. */
export interface Group {
  readonly id: number;
  readonly handler: string;
  readonly kind: string;
}

interface Side {
  /** For people. */
  readonly place: string;
  mark(): Promise<MoveMark | null>;
  close(): Promise<void>;
}

/** Where a registry is that is to be moved. */
export interface Source extends Side {
  /** Notes that it is leaving. @throws JournalError while it is in use */
  leave(mark: MoveMark): Promise<void>;
  /** Notes that all of it is elsewhere now. */
  left(mark: MoveMark): Promise<void>;
  tag(): Promise<string>;
  numbers(): Promise<Numbers>;
  book(): Promise<RegistryData>;
  groups(): Promise<readonly Group[]>;
  /** The rows that come after a place, as many as are read at once; none: there are no more. */
  rowsAfter(table: Table, place: Place | undefined): Promise<readonly Row[]>;
}

/** Where it is moved to. */
export interface Target extends Side {
  /** @throws JournalError where it holds what is not to be lost */
  check(): Promise<void>;
  /** Notes that the registry with this tag arrives, in the place of what it holds. @throws JournalError as `check` */
  begin(mark: MoveMark, tag: string): Promise<void>;
  /** @returns the number of each, by the one that it has where it comes from */
  addGroups(groups: readonly Group[]): Promise<ReadonlyMap<unknown, number>>;
  /** The place of the last row; undefined: there is none. */
  last(table: Table): Promise<Place | undefined>;
  /** Adds those that are not there yet, all or none. */
  add(table: Table, rows: readonly Row[]): Promise<void>;
  /** All rows are there. */
  complete(numbers: Numbers, book: RegistryData): Promise<void>;
  /** It can be used from now on. */
  end(): Promise<void>;
}

/**
 * Moves a registry with its ids, its log, and what is not settled. Where it is cut off it goes on when it is called
 * again: until then nobody opens the target, and afterwards nobody the source.
 * @throws JournalError, Disconnected
 */
export async function move(from: Source, to: Target, onProgress: (moved: Moved) => void): Promise<void> {
  const { source, isSame } = await marksOf(from, to);
  if (source?.state === 'arriving') throw new JournalError('failed', whyMarked(source, ''));
  if (source?.state === 'left') {
    if (isSame) return to.end();
    throw new JournalError('failed', `the registry was moved already, into ${source.other}`);
  }
  const token = isSame && source ? source.token : randomUUID();
  if (!isSame) await to.check();
  await from.leave({ state: 'leaving', token, other: to.place });
  if (!isSame) await to.begin({ state: 'arriving', token, other: from.place }, await from.tag());
  await copyAll(from, to, onProgress);
  await to.complete(await from.numbers(), await from.book());
  await from.left({ state: 'left', token, other: to.place });
  await to.end();
}

/** Whether they are the two sides of a move that was cut off. */
async function marksOf(from: Source, to: Target) {
  const source = await from.mark();
  const target = await to.mark();
  return { source, isSame: target?.state === 'arriving' && target.token === source?.token };
}

async function copyAll(from: Source, to: Target, onProgress: (moved: Moved) => void): Promise<void> {
  const groups = await to.addGroups(await from.groups());
  const regrouped = (row: Row): Row => ({ ...row, failure_group: groups.get(row['failure_group']) ?? null });
  for (const table of tables) {
    const moved = table.name === 'executions' ? regrouped : (row: Row) => row;
    // From the last row that is there.
    let place = table.named ? undefined : await to.last(table);
    for (let rows = 0; ; ) {
      const some = await from.rowsAfter(table, place);
      const last = some.at(-1);
      if (!last) break;
      await to.add(table, some.map(moved));
      rows += some.length;
      onProgress({ table: table.name, rows });
      place = table.by.map((column) => last[column]);
    }
  }
}
