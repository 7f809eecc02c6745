import { DatabaseSync } from 'node:sqlite';
import { isOwnFault } from '../journal-error.ts';
import { stage } from '../stage.ts';
import { groupFailures } from './failure-groups.ts';
import { draftsIn, type FoundDrafts, hasRow } from './salvage-drafts.ts';
import { attempt, type Row, readable } from './salvage-reading.ts';
import { markReplayed, type Numbers, numbersGiven, passOver } from './schema.ts';
import { Statements } from './statements.ts';
import { inTransaction } from './transaction.ts';
import type { Draft } from './writer/drafts/drafts.ts';
import { writeRowsOf } from './writer/drafts/left-over.ts';

/** Numbers in a row that can't be read, after which not every one is tried any more. */
const mostInVain = 10_000;

/**
 * Takes over from a damaged file what it had not delivered, row by row: what can't be read is passed by. Rows keep
 * their numbers, and, where it is known which were given, their ids: what was called before is called by the same
 * `webhook-id`. Idempotency keys come along, so that a sender who tries again is still known, and circuits, so that an
 * endpoint that is gone is not called again.
 * @throws what the disk of the new one is to blame for; nothing is taken over then
 */
export function salvage(damaged: string, to: DatabaseSync): void {
  const from = attempt(() => new DatabaseSync(damaged, { readOnly: true }));
  if (!from) return;
  try {
    const old = new Statements(from);
    const found = draftsIn(old);
    const { drafts } = found;
    const numbers = attempt(() => numbersGiven(from));
    inTransaction(to, () => {
      takeOver(old, new Statements(to), found, numbers);
      writeRowsOf(
        to,
        drafts.filter(({ event }) => event.stage < stage.succeeded),
      );
      to.exec(release);
      to.exec(markReplayed);
      // Their groups are those of the other file.
      to.exec('update executions set failure_group = null where failure_group is not null');
      groupFailures(to);
      if (numbers) passOver(to, above(numbers, drafts));
    });
  } finally {
    from.close();
  }
}

function takeOver(from: Statements, to: Statements, found: FoundDrafts, numbers: Numbers | undefined): void {
  const gaps = takeOverEvents(from, to, numbers?.events || lastEvent(from));
  takeOverKeys(from, to, gaps, found);
  for (const table of ['circuits', 'alarms'] as const) {
    for (const row of readable(from, `select * from ${table}`)) kept(to, () => insert(to, table, row));
  }
  for (const row of readable(from, "select * from meta where key = 'book'")) insert(to, 'meta', row);
  if (!numbers) return;
  for (const row of readable(from, "select * from meta where key = 'tag'")) insert(to, 'meta', row);
}

/** Numbers of events of which nothing is known, both inclusive. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** @returns what can't be read */
function takeOverEvents(from: Statements, to: Statements, last: number): Gap[] {
  // From its own number on, a row is found though the page before it is damaged.
  const first = attempt(() =>
    from.of('select seq, stage from events not indexed where seq >= ? order by seq limit 1'),
  );
  if (!first) return [];
  /** Null: there is none; undefined: it can't be read. */
  const firstFrom = (seq: number) => attempt(() => first.get(seq) ?? null);
  const gaps: Gap[] = [];
  let unknown = 1;
  for (let seq = 1; seq <= last && Number.isFinite(seq); ) {
    const found = firstFrom(seq);
    if (found === null) break;
    if (found === undefined) {
      seq = seq - unknown < mostInVain ? seq + 1 : nextReadable(seq, last, firstFrom);
      continue;
    }
    const number = Number(found['seq']);
    if (seq > unknown) gaps.push({ from: unknown, to: seq - 1 });
    if (Number(found['stage']) < stage.succeeded && !takeOverEvent(from, to, number))
      gaps.push({ from: number, to: number });
    seq = number + 1;
    unknown = seq;
  }
  if (unknown <= last && firstFrom(unknown) === undefined) gaps.push({ from: unknown, to: last });
  return gaps;
}

/** In long steps and then by halving: where numbers were passed over, one by one would take hours. */
function nextReadable(unreadable: number, last: number, firstFrom: (seq: number) => unknown): number {
  if (last === Number.POSITIVE_INFINITY) return last;
  let low = unreadable;
  let high = unreadable + mostInVain;
  while (high <= last && firstFrom(high) === undefined) {
    low = high;
    high += mostInVain;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (firstFrom(middle) === undefined) low = middle;
    else high = middle;
  }
  return high;
}

function above(numbers: Numbers, drafts: readonly Draft[]): Numbers {
  const executions = drafts.flatMap((draft) => draft.executions);
  return {
    events: Math.max(numbers.events, ...drafts.map(({ event }) => event.seq)),
    executions: Math.max(numbers.executions, ...executions.map(({ seq }) => seq)),
  };
}

/** A key whose event is lost is not taken over: its sender must be able to send it again. */
function takeOverKeys(
  from: Statements,
  to: Statements,
  gaps: readonly Gap[],
  { drafts, isWhole }: FoundDrafts,
): void {
  const drafted = new Set(drafts.map(({ event }) => event.seq));
  const isLost = (event: number) =>
    !drafted.has(event) &&
    (gaps.some((gap) => gap.from <= event && event <= gap.to) || (!isWhole && !hasRow(from, event)));
  for (const key of readable(from, 'select * from idempotency_keys')) {
    const first = Number(key['first_seq']);
    const events = Array.from({ length: Number(key['events']) }, (_, index) => first + index);
    if (events.some(isLost)) continue;
    kept(to, () => insert(to, 'idempotency_keys', key));
  }
}

/** An event whose executions can't be read is as it was accepted: all its handlers are called. */
function takeOverEvent(from: Statements, to: Statements, seq: number): boolean {
  const row = attempt(() => from.of('select * from events not indexed where seq = ?').get(seq));
  if (!row) return false;
  const event = row as Row;
  const executions =
    attempt(() => from.of('select * from executions where event_seq = ?').all(seq) as Row[]) ?? [];
  const taken = Number(event['stage']) > stage.emitted;
  const untaken = event['ordered'] ? stage.behind : stage.ready;
  const asAccepted = { ...event, stage: untaken, turn: seq, next_handler: null };
  const whole = () => {
    insert(to, 'events', event);
    for (const execution of executions) {
      insert(to, 'executions', execution);
      for (const table of ['attempts', 'askers'] as const) {
        const of = `select * from ${table} where execution_seq = ?`;
        for (const row of readable(from, of, Number(execution['seq']))) insert(to, table, row);
      }
    }
  };
  const isWhole = !taken || executions.length > 0;
  return (isWhole && kept(to, whole)) || kept(to, () => insert(to, 'events', asAccepted));
}

/** What waits behind something that is lost goes on: nothing else would ever let it. */
const release = `${[
  [stage.queued, stage.due],
  [stage.behind, stage.ready],
]
  .map(
    ([waits, goesOn]) => `
    update events set stage = ${goesOn} where stage = ${waits} and stage < 6 and ordered = 1
      and turn = (select min(turn) from events as first where first.object_key = events.object_key
        and first.stage = ${waits} and first.stage < 6 and first.ordered = 1)
      and not exists (select 1 from events as ahead where ahead.object_key = events.object_key
        and ahead.stage > ${waits} and ahead.stage < 6 and ahead.ordered = 1);`,
  )
  .join('')}
  update executions set blocked = 0 where status = 2 and blocked = 1
    and not exists (select 1 from executions as ahead where ahead.object_key = executions.object_key
      and ahead.handler_id = executions.handler_id and ahead.seq < executions.seq
      and ahead.status < 3 and ahead.ordered = 1);`;

function insert(db: Statements, table: string, row: Row): void {
  const columns = Object.keys(row);
  const values = columns.map(() => '?').join(', ');
  db.of(`insert into ${table}(${columns.join(', ')}) values(${values})`).run(...Object.values(row));
}

/** @returns whether it was done; what the rows themselves are to blame for is not */
function kept(to: Statements, write: () => void): boolean {
  to.of('savepoint rows').run();
  try {
    write();
    to.of('release rows').run();
    return true;
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    to.of('rollback to rows').run();
    to.of('release rows').run();
    return false;
  }
}

function lastEvent(db: Statements): number {
  const last = attempt(() => db.of('select max(seq) as last from events not indexed').get()?.['last']);
  return last ? Number(last) : Number.POSITIVE_INFINITY;
}
