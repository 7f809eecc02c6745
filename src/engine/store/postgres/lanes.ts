/**
 * Locks the lanes of objects until the transaction ends: by key, and of events and executions. Where nothing is
 * ordered, an event is a lane of its own. In one order, so that two who lock several never wait for each other.
 */
export const lockLanes = `select pg_advisory_xact_lock(h) from (
  select distinct hashtextextended($3 || key, 0) as h from (
    select unnest($1::text[]) as key union
    select case when ordered then object_key else '#' || seq end from events where seq = any($2::bigint[]) union
    select case when ordered then object_key else '#' || event_seq end from executions
    where seq = any($4::bigint[])
  ) keys order by h offset 0) hashes`;
