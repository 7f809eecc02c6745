import type { Queries } from './queries.ts';

/** To the reader. `touched`: something was committed; `close` comes last. */
export type ToReader =
  | { readonly id: number; readonly query: keyof Queries; readonly args: readonly unknown[] }
  | { readonly touched: true }
  | { readonly close: true };

/** From the reader: one answer a query, in any order. */
export type FromReader =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: string };
