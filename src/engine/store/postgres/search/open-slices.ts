import { type Slice, sliceFor } from '../../reading/slices.ts';

/** A document, and its words. */
export interface DocumentRow {
  readonly seq: number;
  /** Ms */
  readonly at: number;
  readonly words: readonly string[];
}

/** A slice while documents are put into it. */
export interface OpenSlice extends Slice {
  /** Undefined: it is a new one. */
  readonly id: number | undefined;
  first: number;
  last: number;
  /** With those that are put into it, though it may have had them before. */
  documents: number;
  readonly rows: DocumentRow[];
}

/** Finds slices for documents, or begins new ones. */
export class OpenSlices {
  readonly #size: number;
  #slices: readonly OpenSlice[];

  /** @param slices oldest first @param size documents after which a slice is full */
  constructor(slices: readonly (Slice & { readonly id: number })[], size: number) {
    this.#slices = slices.map((slice) => ({ ...slice, rows: [] }));
    this.#size = size;
  }

  put(row: DocumentRow): void {
    const { at } = row;
    const slice = sliceFor(this.#slices, at, this.#size) ?? this.#begin(at);
    slice.first = Math.min(slice.first, at);
    slice.last = Math.max(slice.last, at);
    slice.documents += 1;
    slice.rows.push(row);
  }

  /** Those that something was put into. */
  get changed(): readonly OpenSlice[] {
    return this.#slices.filter(({ rows }) => rows.length > 0);
  }

  #begin(at: number): OpenSlice {
    const slice = { id: undefined, first: at, last: at, documents: 0, rows: [] };
    this.#slices = [...this.#slices, slice].sort((a, b) => a.first - b.first);
    return slice;
  }
}
