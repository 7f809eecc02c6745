import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { HandlerSnapshot } from '../../../../words/handler.ts';
import { keepable } from '../../../keepable.ts';
import type { ExecutionPatch, ExecutionRows, StoredExecution } from '../../../operations/rows.ts';
import { executionStatusOf, statusCode } from '../../../stage.ts';
import { failureGroupsIn } from '../../failure-groups.ts';
import { keepAttempts } from '../../schema.ts';
import { patchesOf } from './columns.ts';

/** The rows of executions. What an index is limited to is said in each statement: only then it is used. */
export function executionRowsOn(db: DatabaseSync): ExecutionRows {
  const patch = patchesOf(db, 'executions');
  const sql = {
    add: db.prepare(
      `insert into executions(seq, event_seq, position, event_type, object_id, object_key, ordered, handler_id,
       handler_number, handler_name, handler_type, priority, stop, status, blocked, retries, next_attempt_at, target,
       started_at, attempt_started_at, duration_ms, attempts, code, response, error, request_headers, response_headers,
       replay_of, replayed_as, passed_by, unjudged, sent_body, failure_group, stale, delivery)
       values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    one: db.prepare('select status, attempts, started_at as startedAt, error from executions where seq = ?'),
    ofEvent: db.prepare(
      `select position, seq, handler_id as id, handler_number as number, handler_name as name, handler_type as type,
       priority, stop, status, retries, attempts, code, response, error, duration_ms as durationMs,
       started_at as startedAt, next_attempt_at as nextAttemptAt, blocked, target, replay_of as replayOf,
       passed_by as passedBy, unjudged
       from executions where event_seq = ? order by seq`,
    ),
    nextPending: db.prepare(
      'select seq from executions where event_seq = ? and seq > ? and status = 0 order by seq limit 1',
    ),
    firstUnsettled: db.prepare(
      `select seq, blocked from executions where object_key = ? and handler_id = ? and status < 3 and ordered = 1
       order by seq limit 1`,
    ),
    keepAttempt: db.prepare(`${keepAttempts} where seq = ?`),
    replace: db.prepare(
      `update executions indexed by executions_by_event set replayed_as = ? where event_seq = ? and position = ?`,
    ),
    asker: db.prepare('insert into askers(execution_seq, by) values(?, ?)'),
    markStale: db.prepare(
      'update executions set stale = 1 where handler_id = ? and object_key = ? and status = 2',
    ),
    markStaleOrdered: db.prepare(
      'update executions set stale = 1 where object_key = ? and handler_id = ? and status < 3 and ordered = 1',
    ),
    renew: db.prepare(
      'update executions set stale = 0 where handler_id = ? and stale = 1 and status < 2 and status < 3',
    ),
  };

  return {
    addExecution(row) {
      const { seq, event, position, eventType, objectId, objectKey, handler, retries, nextAttemptAt } = row;
      const { id, number, name, type, priority } = handler;
      const { target, startedAt, attemptStartedAt, durationMs, attempts, code, response, error } = row;
      const { requestHeaders, responseHeaders, replayOf, replayedAs, sentBody, failureGroup } = row;
      sql.add.run(
        seq,
        event,
        position,
        eventType,
        objectId,
        objectKey,
        flag(row.ordered),
        id,
        number,
        keepable(name),
        type,
        priority,
        flag(row.stop),
        statusCode[row.status],
        flag(row.blocked),
        retries,
        nextAttemptAt,
        keepable(target),
        startedAt,
        attemptStartedAt,
        durationMs,
        attempts,
        code,
        keepable(response),
        keepable(error),
        requestHeaders,
        responseHeaders,
        replayOf,
        replayedAs,
        flag(row.passedBy),
        flag(row.unjudged),
        keepable(sentBody),
        failureGroup,
        flag(row.stale),
        row.delivery,
      );
    },
    execution(seq) {
      const row = sql.one.get(seq);
      return (
        row &&
        ({ ...row, status: executionStatusOf(Number(row['status'])) } as ReturnType<
          ExecutionRows['execution']
        >)
      );
    },
    changeExecution: (seq, changed) => patch(seq, Object.keys(changed), storedValues(changed)),
    executionsOf: (event) => (sql.ofEvent.all(event) as unknown as ChainRow[]).map(fromRow),
    nextPending: (event, after) => sql.nextPending.get(event, after)?.['seq'] as number | undefined,
    firstUnsettled(objectKey, handler) {
      const row = sql.firstUnsettled.get(objectKey, handler) as { seq: number; blocked: number } | undefined;
      return row && { seq: row.seq, blocked: row.blocked === 1 };
    },
    keepAttempt: (execution) => void sql.keepAttempt.run(execution),
    replace: (event, position, by) => void sql.replace.run(by, event, position),
    keepAsker: (execution, by) => void sql.asker.run(execution, by),
    failureGroup: failureGroupsIn(db),
    markStale(handler, objectKey) {
      sql.markStale.run(handler, objectKey);
      sql.markStaleOrdered.run(objectKey, handler);
    },
    renew: (handler) => void sql.renew.run(handler),
  };
}

function flag(on: boolean): 0 | 1 {
  return on ? 1 : 0;
}

function storedValues(patch: ExecutionPatch): SQLInputValue[] {
  return Object.entries(patch).map(([name, value]) => {
    if (name === 'status') return statusCode[value as keyof typeof statusCode];
    return typeof value === 'boolean' ? flag(value) : keepable(value as SQLInputValue);
  });
}

type Flag = 'stop' | 'blocked' | 'passedBy' | 'unjudged';

type ChainRow = Omit<StoredExecution, 'handler' | 'status' | Flag> &
  HandlerSnapshot &
  Readonly<Record<'status' | Flag, number>>;

function fromRow(row: ChainRow): StoredExecution {
  const { id, number, name, type, priority, stop, status, blocked, passedBy, unjudged, ...rest } = row;
  const handler = { id, number, name, type, priority };
  return {
    ...rest,
    handler,
    stop: stop === 1,
    status: executionStatusOf(status),
    blocked: blocked === 1,
    passedBy: passedBy === 1,
    unjudged: unjudged === 1,
  };
}
