/** A stretch of an index in which rows already stand in the order of the list. */
export interface Stretch {
  /** The one that is meant; absent: it is plain. */
  readonly index?: string;
  /** Conditions that the index answers. */
  readonly where: string;
}

/** A list's rows: stretches to be merged, and conditions that no index answers. Values are named `:so` in them. */
export interface Selection {
  readonly table: 'executions' | 'events';
  /** Its rows are few, and looked up by a key: they stand in no order. */
  readonly few?: true;
  /** The column that the list is sorted by; ties by seq. */
  readonly time: 'started_at' | 'accepted_at';
  readonly stretches: readonly Stretch[];
  /** Columns that `filter` looks at. */
  readonly columns?: readonly string[];
  /** Applied to each merged row; at most `bound` rows are looked through for one page. */
  readonly filter?: string;
  readonly bound?: number;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What databases say in ways of their own. */
export interface Dialect {
  /** Nothing has taken the place of a row. */
  readonly notReplaced: string;
  /** A row is among those that are named. */
  readonly named: string;
  /** Their seqs, as `:seqs` of that. */
  seqs(seqs: readonly number[]): string;
  /** A condition that no index is to be used for. */
  unindexed(condition: string): string;
  /** An index leads to an object's executions and events. */
  readonly leadsToObjects: boolean;
}
