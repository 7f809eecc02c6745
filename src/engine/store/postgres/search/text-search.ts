import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionFilter } from '../../log/filter.ts';
import { breather } from '../../reading/breather.ts';
import type { Position } from '../../reading/cursor.ts';
import { type PageBounds, type Positions, paged } from '../../reading/page-bounds.ts';
import type { Slice } from '../../reading/slices.ts';
import { documentColumns, hasAll, searchedPart } from '../../reading/text-document.ts';
import type { SearchWord } from '../../search-words.ts';
import type { Ask } from '../named-values.ts';
import { newestFirst } from '../reader/newest-first.ts';
import { executionsSelected } from '../reader/selections.ts';
import { withBitmaps } from '../readers.ts';
import { queryOf } from './lexemes.ts';
import { tableOf } from './slice-tables.ts';
import type { Advanced, TextIndex } from './text-index.ts';

/** Ms for which touches are gathered before they are indexed. */
const gathering = 1000;
/** Ms left to others between two parts that are indexed. */
const gap = 2;
/** Ms after which a search gives what it has, and where to go on. */
const searchTime = 200;
/** Executions that a slice proposes at a time, and of which the texts are looked at together. */
const proposedAtOnce = 100;
const lookedAtAtOnce = 25;
/** Slices that are asked together at most. */
const mostSlices = 16;
/** Ms after the last of the others was there, in which something of its may still be looked for. */
const lateness = 10_000;
/** Ms between two looks for slices to be let go, or to be dropped. */
const tidying = 10_000;

const end = Number.MAX_SAFE_INTEGER;

const slicesIn = `select id, first, last, documents from text_slices
  where gone_at is null and first <= :high and last >= :low order by first desc`;
const proposals = (slice: number) => `select started_at as at, seq from ${tableOf(slice)}
  where words @@ :query::tsquery and started_at between :low and :high and (started_at, seq) < (:at, :seq)
  order by started_at desc, seq desc limit ${proposedAtOnce}`;
const behind = `select coalesce(max(touched_at), 0) > (select value::bigint from meta where key = 'texts') as behind
  from events where touched_at is not null`;

type AskedSlice = Slice & { readonly id: number };

/** A search by text: what the index proposes, the rows themselves confirm. */
export class TextSearch {
  readonly #index: TextIndex;
  readonly #hasOthers: () => boolean;
  #gathering: NodeJS.Timeout | undefined;
  #indexing: Promise<void> | undefined;
  #closed = false;
  /** Whoever was there before this one may have been cut off. */
  #othersSeen = performance.now();
  #tidied = Number.NEGATIVE_INFINITY;

  /** @param hasOthers whether other processes write, too: what one alone has touched, it has committed in that order */
  constructor(index: TextIndex, hasOthers = () => true) {
    this.#index = index;
    this.#hasOthers = hasOthers;
  }

  /** Something was committed: the index follows within 2 s. Costs nothing, however often it is called. */
  poke(): void {
    if (this.#closed || this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#indexing ??= this.#catchUp().finally(() => {
        this.#indexing = undefined;
      });
    }, gathering).unref();
  }

  /** Lets the index catch up, as far as it soon can, where text is asked for. */
  async prepare({ text }: ExecutionFilter): Promise<void> {
    if (text !== undefined && !this.#closed) await this.#index.advance(this.#mayBeLate());
  }

  /** Whether events have been touched that are not indexed yet. */
  async isBehind(ask: Ask): Promise<boolean> {
    const [row] = await ask(behind);
    return row?.['behind'] === true;
  }

  /** Finds the executions that a filter means and that have all of these words, newest first. */
  async find(
    ask: Ask,
    words: readonly SearchWord[],
    filter: ExecutionFilter,
    bounds: PageBounds,
  ): Promise<Positions> {
    const { from: low = 0, to = end, limit } = bounds;
    const after = bounds.after ?? [end, end];
    const high = Math.min(after[0], to - 1);
    const [stored] = await Promise.all([ask(slicesIn, { low, high }), ask(withBitmaps)]);
    const slices = stored as unknown as readonly AskedSlice[];
    const deadline = performance.now() + searchTime;
    const query = queryOf(words, filter);
    const propose = (slice: AskedSlice, place: Position) =>
      ask(proposals(slice.id), { query, low, high, at: place[0], seq: place[1] });
    const found: Position[] = [];
    let together = 1;
    for (let next = 0; next < slices.length; ) {
      const some = slices.slice(next, next + together);
      const proposed = await Promise.all(some.map((slice) => propose(slice, after)));
      for (const [index, slice] of some.entries()) {
        for (let rows = proposed[index] ?? []; rows.length > 0; ) {
          const places = rows.map((row): Position => [Number(row['at']), Number(row['seq'])]);
          const last = places.at(-1) ?? after;
          for await (const one of confirmed(ask, places, words, filter)) {
            found.push(one);
            if (found.length > limit) return paged(found, limit);
          }
          if (performance.now() > deadline) return { found, next: last };
          rows = rows.length < proposedAtOnce ? [] : await propose(slice, last);
        }
      }
      next += some.length;
      const oldest = some.at(-1);
      if (next < slices.length && oldest && performance.now() > deadline)
        return { found, next: [oldest.first, 0] };
      together = Math.min(mostSlices, together * 2);
    }
    return { found, next: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#gathering);
    await Promise.all([this.#indexing, this.#index.close()]);
  }

  async #tidy(): Promise<void> {
    if (performance.now() - this.#tidied < tidying) return;
    this.#tidied = performance.now();
    while (!this.#closed && (await this.#index.compact()) === 'some') await sleep(gap);
    await this.#index.clear();
  }

  #mayBeLate(): boolean {
    const now = performance.now();
    if (this.#hasOthers()) this.#othersSeen = now;
    return now - this.#othersSeen < lateness;
  }

  /** What fails, or is being done by another process, is looked for again later. */
  async #catchUp(): Promise<void> {
    try {
      const mayBeLate = this.#mayBeLate();
      let advanced: Advanced = mayBeLate ? 'some' : 'nothing';
      while (!this.#closed && advanced === 'some') advanced = await this.#index.lookBack();
      while (!this.#closed && advanced !== 'elsewhere') {
        advanced = await this.#index.advance(mayBeLate);
        if (advanced === 'nothing') return await this.#tidy();
        await sleep(gap);
      }
    } catch {
      // A search by text tells what is wrong; nobody has asked for one now.
    }
    this.poke();
  }
}

/** Of what is proposed, what the filter means and has all of these words. */
async function* confirmed(
  ask: Ask,
  places: readonly Position[],
  words: readonly SearchWord[],
  filter: ExecutionFilter,
): AsyncGenerator<Position> {
  const seqs = places.map(([, seq]) => seq);
  const bounds = { from: undefined, to: undefined, after: undefined, limit: seqs.length };
  const { found } = await newestFirst(ask, executionsSelected(filter, undefined, seqs), bounds);
  for (let first = 0; first < found.length; first += lookedAtAtOnce)
    yield* await withWords(ask, found.slice(first, first + lookedAtAtOnce), words);
}

/** Those that have all of these words. */
export async function withWords(
  ask: Ask,
  places: readonly Position[],
  words: readonly SearchWord[],
): Promise<readonly Position[]> {
  const rows = await ask(
    `select ${documentColumns},
     (select substr(payload, 1, ${searchedPart}) from bodies where bodies.seq = event_seq) as request
     from executions where seq = any(:seqs)`,
    { seqs: places.map(([, seq]) => seq) },
  );
  const has = new Set<number>();
  const breathe = breather();
  for (const row of rows) {
    await breathe();
    if (hasAll(row, words)) has.add(Number(row['seq']));
  }
  return places.filter(([, seq]) => has.has(seq));
}
