import type { FailureGroups } from '../../../words/admin-answers.ts';
import type { FailuresRequest } from '../../log/ranges.ts';
import {
  add,
  type Counted,
  type Counts,
  countedAtOnce,
  largest,
  mostLookedAt,
  mostTime,
  type Newest,
  newestColumns,
  nothingCounted,
  shownGroup,
  shownGroups,
} from '../../reading/failure-counts.ts';
import type { Ask } from '../named-values.ts';

/** Groups that are counted with one look. */
const groupsAtOnce = 20;

const failures = 'executions where failure_group is not null and status in (2, 4)';

/** Of all groups that there are failures of, whenever they began: from one to the next along the index. */
const all = `with recursive ids as (
    (select failure_group as id from ${failures} order by failure_group limit 1)
    union all
    select (select failure_group from ${failures} and failure_group > ids.id order by failure_group limit 1)
    from ids where ids.id is not null
  ) select id from ids where id is not null limit :limit`;
const ofHandler = 'select id from failure_groups where handler_id = :handler order by id limit :limit';

/** Failures of a group are counted by step, so many of them from a place on. */
interface Place {
  readonly at: number;
  readonly seq: number;
}

/** Counts failures by handler and kind, along the one index that holds them and all that is asked of them. */
export async function failureGroupsBy(ask: Ask, request: FailuresRequest): Promise<FailureGroups> {
  const end = performance.now() + mostTime;
  const mayGoOn = () => performance.now() < end;
  const { handler } = request;
  const limit = mostLookedAt;
  const rows = await (handler === undefined ? ask(all, { limit }) : ask(ofHandler, { handler, limit }));
  const ids = rows.map(({ id }) => Number(id));
  const groups: Counted[] = [];
  let timely = true;
  for (let first = 0; first < ids.length && timely; first += groupsAtOnce) {
    const some = ids.slice(first, first + groupsAtOnce).map((id) => nothingCounted(id, request));
    const counted = await Promise.all(some.map((group) => count(ask, group, request, mayGoOn)));
    groups.push(...some.filter((group) => group.count > 0));
    timely = counted.every((one) => one) && (mayGoOn() || first + groupsAtOnce >= ids.length);
  }
  const items = await Promise.all(
    largest(groups).map(async (group) => {
      const newest = await newestOf(ask, group, request);
      // It was pruned since it was counted.
      return newest ? [shownGroup(group, newest)] : [];
    }),
  );
  return shownGroups(request, groups, items.flat(), timely && ids.length < mostLookedAt);
}

/** @returns whether all of it was counted */
async function count(
  ask: Ask,
  group: Counted,
  request: FailuresRequest,
  mayGoOn: () => boolean,
): Promise<boolean> {
  const { from, to, step } = request;
  let place: Place | undefined = { at: from, seq: 0 };
  while (place) {
    const rows = await ask(
      `select step, count(*) as count, count(*) filter (where status = 2) as waiting,
       count(*) filter (where status = 4 and replayed_as is null and not passed_by) as unresolved,
       min(at) as first, max(at) as last, (array_agg(seq order by at desc, seq desc))[1] as seq from (
         select (started_at - :from) / :step as step, started_at as at, seq, status, replayed_as, passed_by
         from ${failures} and failure_group = :id and started_at < :to and (started_at, seq) > (:at, :seq) ${typeIn(request)}
         order by started_at, seq limit :limit
       ) as part group by step order by step`,
      { from, to, step, id: group.id, ...place, limit: countedAtOnce, ...typeOf(request) },
    );
    for (const row of rows) add(group, Number(row['step']), row as unknown as Counts);
    const looked = rows.reduce((sum, row) => sum + Number(row['count']), 0);
    const last = rows.at(-1);
    place =
      looked === countedAtOnce && last ? { at: Number(last['last']), seq: Number(last['seq']) } : undefined;
    if (place && !mayGoOn()) return false;
  }
  return true;
}

async function newestOf(
  ask: Ask,
  { id, last }: Counted,
  request: FailuresRequest,
): Promise<Newest | undefined> {
  const [row] = await ask(
    `select ${newestColumns} from executions where seq = (
       select seq from ${failures} and failure_group = :id and started_at = :last ${typeIn(request)}
       order by seq desc limit 1
     )`,
    { id, last, ...typeOf(request) },
  );
  return row as unknown as Newest | undefined;
}

function typeIn({ eventType }: FailuresRequest): string {
  return eventType === undefined ? '' : 'and event_type = :eventType';
}

function typeOf({ eventType }: FailuresRequest): { readonly eventType?: string } {
  return eventType === undefined ? {} : { eventType };
}
