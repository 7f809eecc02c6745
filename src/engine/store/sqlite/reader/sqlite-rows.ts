import { chainColumns, chainFrom } from '../../reading/chain-rows.ts';
import type { EventState, LogRows, SettledRow } from '../../reading/log-rows.ts';
import type { Statements } from '../statements.ts';
import type { EventQueries } from './event-queries.ts';
import type { ExecutionQueries } from './execution-queries.ts';

const sql = {
  settled: 'select seq, event_seq as event, status, passed_by as passedBy from executions where seq = ?',
  state:
    'select seq, stage, event_type as type, node, touched_at as touched, accepted_at as accepted from events where seq = ?',
  chain: `select ${chainColumns} from executions indexed by executions_by_event where event_seq = ? order by seq`,
  payload: 'select payload from events where seq = ?',
  touched: `select seq, touched_at as at from events indexed by events_by_touch
    where touched_at is not null and touched_at > ? order by touched_at limit ?`,
  oldestSettled: 'select touched_at as at from events where stage >= 7 order by touched_at limit 1',
};

/** The rows of a journal in SQLite, each looked up by its key. */
export function rowsOn(statements: Statements, executions: ExecutionQueries, events: EventQueries): LogRows {
  const each = (text: string, seqs: readonly number[]) =>
    seqs.map((seq) => statements.of(text).get(seq)).filter((row) => row !== undefined);
  const first = (text: string) => statements.of(text).get()?.['value'] ?? null;

  return {
    last: (table) => Number(first(`select max(seq) as value from ${table}`) ?? 0),
    executions: executions.positions,
    events: events.positions,
    settled: (seqs) =>
      each(sql.settled, seqs).map((row) => ({ ...row, passedBy: row['passedBy'] === 1 }) as SettledRow),
    states: (seqs) => each(sql.state, seqs) as unknown as EventState[],
    chains: (seqs) => new Map(seqs.map((seq) => [seq, chainFrom(statements.of(sql.chain).all(seq))])),
    payloads: (seqs, volume) => {
      const payloads = new Map<number, string>();
      let read = 0;
      for (const seq of seqs) {
        if (read > volume) break;
        const payload = String(statements.of(sql.payload).get(seq)?.['payload'] ?? '{}');
        read += payload.length;
        payloads.set(seq, payload);
      }
      return payloads;
    },
    touchedAfter: (after, limit) => {
      const rows = statements.of(sql.touched).all(after, limit);
      return { seqs: rows.map(({ seq }) => Number(seq)), last: Number(rows.at(-1)?.['at'] ?? after) };
    },
    oldest: () => ({
      settled: (statements.of(sql.oldestSettled).get()?.['at'] as number | undefined) ?? null,
      event: first('select min(seq) as value from events') as number | null,
    }),
  };
}
