import type { Work } from '../journal/work.ts';
import type { Query } from './connection.ts';
import type { Members } from './members.ts';

const sql = {
  // In the order of the index that holds no others, or a million that another one has to emit would be gone through.
  ready: `select 1 from unnest($1::bigint[]) h(home) cross join lateral (
      select node from events e where e.home = h.home and stage = 1 order by node limit 1
    ) of_home limit 1`,
  // Steps from one to the next along an index, instead of reading all of it.
  due: `with recursive steps as (
      (select home, next_handler from events where stage = 4 order by home, next_handler limit 1)
      union all
      select n.home, n.next_handler from steps s cross join lateral (
        select home, next_handler from events
        where stage = 4 and (home, next_handler) > (s.home, s.next_handler) order by home, next_handler limit 1
      ) n
    ) select home, next_handler as handler from steps`,
  parked: `with recursive steps as (
      (select handler_id from executions where status = 2 order by handler_id limit 1)
      union all
      select n.handler_id from steps s cross join lateral (
        select handler_id from executions where status = 2 and handler_id > s.handler_id order by handler_id limit 1
      ) n
    ) select handler_id as handler, (
      select next_attempt_at from executions x
      where x.handler_id = steps.handler_id and status = 2 and not blocked order by next_attempt_at limit 1
    ) as at from steps`,
};

/** What there is to do for an instance: it looks for how much, and finds what others have not taken by then. */
export async function workIn(query: Query, members: Pick<Members, 'homes' | 'homesFor'>): Promise<Work> {
  const [ready, due, parked] = await Promise.all([
    query(sql.ready, [members.homes]),
    query(sql.due, []),
    query(sql.parked, []),
  ]);
  const handlers = due.flatMap(({ home, handler }) =>
    members.homesFor(String(handler)).includes(Number(home)) ? String(handler) : [],
  );
  return {
    emitted: [],
    ready: ready.length > 0,
    due: [...new Set(handlers)],
    parked: parked.flatMap(({ handler, at }) =>
      at === null ? [] : { handler: String(handler), at: Number(at) },
    ),
  };
}
