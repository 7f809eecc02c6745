import { setTimeout as sleep } from 'node:timers/promises';
import { Disconnected } from './connection.ts';
import type { Unconfirmed } from './group.ts';
import type { KeptConnection } from './kept-connection.ts';

/** Ms between two questions for what has become of a transaction. */
const pause = 50;

const sql = {
  /** A session that goes on with it although its client is gone is ended. */
  endUnderWay: `select count(pg_terminate_backend(pid)) as sessions from pg_stat_activity
    where backend_xid = $1::text::xid8::xid`,
  /** What the transaction itself has written: its number at the server says nothing after a crash. */
  isCommitted: `select last_group = $2 as committed, current_setting('synchronous_standby_names') <> '' as waits
    from counters where id = $1`,
  /** Comes later: where it is kept, what was before is, too. */
  confirm: `update counters set last_group = last_group where id = $1
    returning pg_current_xact_id()::text as transaction`,
};

/**
 * Whether a transaction of which no answer came was committed, also where a standby has to know of it.
 * @param me the instance whose it is
 * @param onWaiting told each time that it was, and that no standby has confirmed this
 * @throws Disconnected when nobody can be asked, or what the server says instead of an answer
 */
export async function wasCommitted(
  connection: Pick<KeptConnection, 'connected'>,
  me: number,
  { transaction, group }: Pick<Unconfirmed, 'transaction' | 'group'>,
  onWaiting: () => void,
): Promise<boolean> {
  let last = transaction;
  for (let waits = false; ; ) {
    const { query } = await connection.connected();
    try {
      const [underWay] = await query(sql.endUnderWay, [last]);
      if (underWay?.['sessions'] !== 0) {
        await sleep(pause);
        continue;
      }
      const [row] = await query(sql.isCommitted, [me, group]);
      if (row?.['committed'] !== true) return false;
      // Its session may have been ended while it waited for a standby: it is committed then, and not yet kept there.
      waits = row['waits'] === true;
      const [, [confirming]] = await Promise.all([query('begin'), query(sql.confirm, [me])]);
      if (confirming) last = String(confirming['transaction']);
      await query('commit');
      return true;
    } catch (error) {
      if (!(error instanceof Disconnected)) {
        await query('rollback').catch(() => undefined);
        throw error;
      }
      if (waits) onWaiting();
    }
  }
}
