import type { DatabaseSync } from 'node:sqlite';
import type { Emission } from '../../../journal/work.ts';
import type { EventHead, EventRow, Rows } from '../../../operations/rows.ts';
import { stage } from '../../../stage.ts';
import { touchKeptOn } from '../../progress-mark.ts';
import type { Clock } from '../clock.ts';
import { patchesOf, selected } from './columns.ts';

const ofHead = [
  'seq',
  'eventType',
  'objectId',
  'objectKey',
  'ordered',
  'node',
  'stage',
  'turn',
  'acceptedAt',
  'touchedAt',
  'executor',
  'nextHandler',
] as const satisfies readonly (keyof EventHead)[];
const head = selected(ofHead);
const whole = `${head}, payload, hops`;

interface EventRows extends KeptEvents {
  /** Of an event of which there are no executions. */
  removeEvent(seq: number): void;
  /** Whether something is to be indexed since this was asked last. */
  takeTouched(): boolean;
}
type KeptEvents = Pick<
  Rows,
  | 'addEvent'
  | 'event'
  | 'wholeEvent'
  | 'eventOf'
  | 'hopsOf'
  | 'changeEvent'
  | 'foremost'
  | 'firstInLane'
  | 'holdBack'
  | 'due'
  | 'ready'
  | 'nextNodeReady'
  | 'recallAll'
>;

/** The rows of events. What an index is limited to is said in each statement: only then it is used. */
export function eventRowsOn(db: DatabaseSync, clock: Pick<Clock, 'writtenWith'>): EventRows {
  const find = (which: string) => db.prepare(`select ${which}`);
  const firstAt = (at: number) =>
    find(
      `${whole} from events where object_key = ? and stage = ${at} and stage < 6 and ordered = 1 order by turn limit 1`,
    );
  const patch = patchesOf(db, 'events');
  const keepTouch = touchKeptOn(db);
  const sql = {
    add: db.prepare(
      `insert into events(seq, event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, touched_at,
       executor, next_handler, payload, hops) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    remove: db.prepare('delete from events where seq = ?'),
    head: find(`${head} from events where seq = ?`),
    whole: find(`${whole} from events where seq = ?`),
    headOf: find(
      `${head} from events where seq = (select event_seq from executions where executions.seq = ?)`,
    ),
    hops: find('hops from events where seq = ?'),
    foremost: find(
      'stage from events where object_key = ? and stage < 6 and ordered = 1 order by stage desc limit 1',
    ),
    first: { [stage.queued]: firstAt(stage.queued), [stage.behind]: firstAt(stage.behind) },
    holdBack: db.prepare(
      'update events set stage = 0 where object_key = ? and stage = 1 and stage < 6 and ordered = 1',
    ),
    due: find(`${whole} from events where stage = 4 and next_handler = ? order by turn limit ?`),
    ready: find(
      `seq, node, payload, event_type as eventType, object_id as objectId from events
       where stage = 1 and node = ? order by accepted_at, seq limit ?`,
    ),
    nextNode: find('min(node) as node from events where stage = 1 and node > ?'),
    recall: db.prepare('update events set stage = 1 where stage = 2'),
  };

  let touched = false;
  const touch = (touchedAt: number): number => {
    touched = true;
    return clock.writtenWith(touchedAt);
  };

  return {
    takeTouched() {
      const before = touched;
      touched = false;
      return before;
    },
    addEvent(event) {
      const { seq, eventType, objectId, objectKey, ordered, node, turn, acceptedAt } = event;
      const { executor, nextHandler, payload, hops } = event;
      sql.add.run(
        seq,
        eventType,
        objectId,
        objectKey,
        ordered ? 1 : 0,
        node,
        event.stage,
        turn,
        acceptedAt,
        event.touchedAt === null ? null : touch(event.touchedAt),
        executor,
        nextHandler,
        payload,
        hops,
      );
    },
    removeEvent: (seq) => void sql.remove.run(seq),
    event: (seq) => eventFrom(sql.head.get(seq)),
    wholeEvent: (seq) => eventFrom(sql.whole.get(seq)),
    eventOf: (execution) => eventFrom(sql.headOf.get(execution)),
    hopsOf: (event) => Number(sql.hops.get(event)?.['hops'] ?? 0),
    changeEvent(seq, { ordered, ...changed }) {
      const { touchedAt } = changed;
      if (touchedAt === null) keepTouch(seq);
      const all = {
        ...changed,
        ...(touchedAt && { touchedAt: touch(touchedAt) }),
        ...(ordered !== undefined && { ordered: ordered ? 1 : 0 }),
      };
      patch(seq, Object.keys(all), Object.values(all));
    },
    foremost(objectKey) {
      const row = sql.foremost.get(objectKey);
      return row ? Number(row['stage']) : -1;
    },
    firstInLane: (objectKey, at) => eventFrom(sql.first[at].get(objectKey)),
    holdBack: (objectKey) => void sql.holdBack.run(objectKey),
    due: (handler, limit) => sql.due.all(handler, limit).flatMap((row) => eventFrom<EventRow>(row) ?? []),
    ready: (node, limit) => sql.ready.all(node, limit) as unknown as Emission[],
    nextNodeReady(after) {
      const node = sql.nextNode.get(after)?.['node'];
      return typeof node === 'string' ? node : undefined;
    },
    recallAll: () => void sql.recall.run(),
  };
}

/** @param stored with the properties of a `Row` */
function eventFrom<Row extends EventHead = EventRow>(stored: object | undefined): Row | undefined {
  if (!stored) return undefined;
  const row = stored as Omit<Row, 'ordered'> & { readonly ordered: number };
  return { ...row, ordered: row.ordered === 1 } as unknown as Row;
}
