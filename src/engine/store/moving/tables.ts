/** A row as SQLite has it. */
export type Row = Readonly<Record<string, unknown>>;
/** Values of the columns of a key. */
export type Place = readonly unknown[];

export interface Table {
  readonly name: string;
  /** Columns of its key; it is gone through in their order. */
  readonly by: readonly [string, ...string[]];
  /** Columns that may hold much. */
  readonly wide?: readonly string[];
  /** Its key is text, of which each store has an order of its own. */
  readonly named?: boolean;
}

const ofAttempt = ['response', 'error', 'request_headers', 'response_headers', 'sent_body'] as const;

/** What a registry consists of, but for its failure groups, its handler book and the numbers that it gave last. */
export const tables: readonly Table[] = [
  { name: 'events', by: ['seq'], wide: ['payload'] },
  { name: 'executions', by: ['seq'], wide: ofAttempt },
  { name: 'attempts', by: ['execution_seq', 'attempt'], wide: ofAttempt },
  { name: 'askers', by: ['execution_seq'] },
  { name: 'bulk_replays', by: ['id'] },
  { name: 'idempotency_keys', by: ['key'], named: true },
  { name: 'circuits', by: ['handler_id'], named: true },
  { name: 'alarms', by: ['watch', 'key'], named: true },
];

/** Rows that are read and written at once, and the characters in them, after which no further one is added. */
export const atOnce = { rows: 1000, characters: 8 * 1024 * 1024 } as const;
