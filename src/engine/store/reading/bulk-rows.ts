import { z } from 'zod';
import type { ReplayRow } from '../log/bulk.ts';
import type { Stored } from './rows.ts';

const most = 100;

const isoSchema = z.number().transform((ms) => new Date(ms).toISOString());
const rowSchema = z.object({
  id: z.number(),
  kind: z.enum(['executions', 'events', 'delivery']),
  filter: z.string().transform((json) => JSON.parse(json) as ReplayRow['filter']),
  status: z.enum(['running', 'done', 'cancelled']),
  matched: z.number(),
  looked: z.number(),
  replayed: z.number(),
  ratePerSecond: z.number(),
  by: z.string().nullable(),
  startedAt: isoSchema,
  endedAt: isoSchema.nullable(),
});

/** The newest of what was done with many, newest first. */
export const newestBulkRows = `select id, kind, filter, state as status, matched, looked, replayed, rate as "ratePerSecond", by,
  started_at as "startedAt", ended_at as "endedAt" from bulk_replays order by id desc limit ${most}`;

export function readBulkRow(stored: Stored): ReplayRow {
  return rowSchema.parse(stored);
}
