import { chainColumns, chainFrom } from '../../reading/chain-rows.ts';
import type { EventState, LogRows, SettledRow } from '../../reading/log-rows.ts';
import type { Row } from '../connection.ts';
import type { Value } from '../named-values.ts';
import type { Readers } from '../readers.ts';
import type { EventQueries } from './event-queries.ts';
import type { ExecutionQueries } from './execution-queries.ts';

const sql = {
  settled:
    'select seq, event_seq as event, status, passed_by as "passedBy" from executions where seq = any(:seqs)',
  states: `select seq, stage, event_type as type, node, touched_at as touched, accepted_at as accepted
    from events where seq = any(:seqs)`,
  chains: `select event_seq as event, ${chainColumns} from executions where event_seq = any(:seqs)`,
  payloads: `select seq, payload from (
      select seq, payload, sum(length(payload)) over (order by place) - length(payload) as before
      from unnest(:seqs) with ordinality as asked(seq, place) join bodies using(seq)
    ) as summed where before <= :volume`,
  touched: `select seq, touched_at as at from events where touched_at is not null and touched_at > :after
    order by touched_at limit :limit`,
  oldest: `select (select touched_at from events where stage >= 7 order by touched_at limit 1) as settled,
    (select min(seq) from events) as event`,
};

/** The rows of a journal in PostgreSQL, looked up many at a time; who goes on sees each time what there is then. */
export function rowsOn(readers: Readers, executions: ExecutionQueries, events: EventQueries): LogRows {
  const rows = (text: string, values?: Readonly<Record<string, Value>>) =>
    readers.read((ask) => ask(text, values));

  return {
    last: async (table) => {
      const [row] = await rows(`select max(seq) as last from ${table}`);
      return Number(row?.['last'] ?? 0);
    },
    executions: executions.positions,
    events: events.positions,
    settled: async (seqs) => (await rows(sql.settled, { seqs })) as unknown as SettledRow[],
    states: async (seqs) => (await rows(sql.states, { seqs })) as unknown as EventState[],
    chains: async (seqs) => {
      const byEvent = Map.groupBy(await rows(sql.chains, { seqs }), ({ event }) => Number(event));
      return new Map(Array.from(byEvent, ([event, chain]) => [event, chainFrom(chain.sort(bySeq))]));
    },
    payloads: async (seqs, volume) => {
      const found = await rows(sql.payloads, { seqs, volume });
      return new Map(found.map(({ seq, payload }) => [Number(seq), String(payload)]));
    },
    touchedAfter: async (after, limit) => {
      const touched = await rows(sql.touched, { after, limit });
      return { seqs: touched.map(({ seq }) => Number(seq)), last: Number(touched.at(-1)?.['at'] ?? after) };
    },
    oldest: async () => {
      const [row] = await rows(sql.oldest);
      return { settled: numberOf(row?.['settled']), event: numberOf(row?.['event']) };
    },
  };
}

function bySeq(a: Row, b: Row): number {
  return Number(a['seq']) - Number(b['seq']);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
