import assert from 'node:assert/strict';
import type { MadeCall } from '../made-call.ts';
import type { Conditions, Id } from './happenings.ts';

/** A history of a registry, as it is held against what was promised. */
export interface History {
  /** In the order in which they began. */
  readonly calls: readonly MadeCall[];
  /** Messages that executors have sent when first passes were over. */
  readonly passes: readonly { readonly eventId: string }[];
  /** Ids of acknowledged events. */
  readonly accepted: readonly string[];
  /** Events that were replayed by hand break the plain order on purpose. */
  readonly replayed: ReadonlySet<string>;
  /** How often events that nobody took or listened to may have been emitted again. */
  readonly emittedAgain: ReadonlyMap<number, number>;
  /** Calls were cut off, and messages perhaps with them. */
  readonly cutOff: boolean;
  readonly conditions: Conditions;
  /** What engines have said without a reason that is known here. */
  readonly logged: readonly string[];
  /** How many calls of it have succeeded at most, and are made again since nobody could write that down. */
  unheard(webhookId: string): number;
  /** Rows of the journal. */
  select<Row>(sql: string): Row[];
  eventId(seq: number): string;
  /** Whether an event that nobody acknowledged may be there: its acknowledgement was cut off. */
  mayBeThere(payload: string): boolean;
  /** Whether an execution of the event may have been parked, so that its chain went on without it. */
  hasParked(event: number): boolean;
}

/** The receivers' view, whatever happened. */
export function checkCalls(world: History): void {
  const { calls } = world;
  for (const [webhookId, attempts] of Map.groupBy(calls, (call) => call.webhookId)) {
    const [first] = attempts as [MadeCall];
    assert.equal(
      new Set(attempts.map(({ body }) => body)).size,
      1,
      `the same bytes on every attempt of ${webhookId}`,
    );
    assert.ok(neverTogether(attempts), `${webhookId} runs twice at a time`);
    assert.ok(
      world.accepted.includes(first.eventId) || world.mayBeThere(first.body),
      `${webhookId} is of an accepted event`,
    );
  }
  for (const { handler, webhookId, body } of calls) {
    const unmet = world.conditions[handler as Id] !== 'none' && JSON.parse(body).data.meets === false;
    assert.ok(!unmet, `${webhookId} is called although its condition is not met`);
  }
  for (const [, same] of Map.groupBy(calls, ({ handler, objectId }) => `${handler} ${objectId}`)) {
    assert.ok(neverTogether(same), 'one call at a time for a handler and an object');
  }
}

function neverTogether(calls: readonly MadeCall[]): boolean {
  return calls.every((call, place) => {
    const before = calls[place - 1];
    return !before || (before.ended !== undefined && before.ended < call.begun);
  });
}

interface Row {
  readonly event: number;
  readonly position: number;
  readonly handler: string;
  readonly object: string;
  readonly status: number;
  readonly replayOf: number | null;
  readonly attempts: number;
  readonly passedBy: number;
}

interface EventRow {
  readonly seq: number;
  readonly stage: number;
  readonly executor: string | null;
  readonly payload: string;
}

/** What must be so once everything was well again for long enough. */
export function checkEnd(world: History): void {
  const rows = world.select<Row>(
    `select event_seq as event, position, handler_id as handler, object_id as object, status,
     replay_of as "replayOf", attempts, passed_by as "passedBy" from executions order by seq`,
  );
  const events = world.select<EventRow>('select seq, stage, executor, payload from events order by seq');
  checkOrder(world, rows);
  checkChains(world, rows);
  checkAttempts(world, rows);
  checkEvents(world, events);
  checkMessages(world, events);
  checkConditions(world, rows, events);
  checkMembers(rows);
  assert.deepEqual(
    rows.filter(({ status }) => status < 3),
    [],
    'every execution has come to an end',
  );
  assert.deepEqual(world.logged, [], 'nothing went wrong inside');
}

function checkEvents(world: History, events: readonly EventRow[]): void {
  const there = new Set(events.map(({ seq }) => world.eventId(seq)));
  assert.deepEqual(
    world.accepted.filter((id) => !there.has(id)),
    [],
    'nothing accepted is lost',
  );
  assert.deepEqual(
    events.filter(
      ({ seq, payload }) => !world.accepted.includes(world.eventId(seq)) && !world.mayBeThere(payload),
    ),
    [],
    'nothing else is there',
  );
  assert.deepEqual(
    events.filter(({ stage }) => stage < 7),
    [],
    'every event has come to an end',
  );
}

/** Who is passed by is so by its condition, and nobody else. Where that fails, the execution has. */
function checkConditions(world: History, rows: readonly Row[], events: readonly EventRow[]): void {
  const unmet = new Set(
    events.filter(({ payload }) => JSON.parse(payload).data.meets === false).map(({ seq }) => seq),
  );
  for (const { event, handler, status, passedBy, attempts } of rows) {
    const condition = world.conditions[handler as Id];
    const which = `${handler} of event ${event}`;
    if (passedBy) assert.ok(condition === 'row' && unmet.has(event), `${which} is passed by`);
    if (!unmet.has(event) || condition === 'none') continue;
    assert.equal(attempts, 0, `${which} is called`);
    assert.notEqual(status, 3, `${which} has succeeded`);
    assert.notEqual(condition, 'no row', `${which} has a row`);
  }
}

/** An executor sends the message of an event it has taken on once, unless a crash came in between. */
function checkMessages(world: History, events: readonly EventRow[]): void {
  const [unclaimed] = [10];
  for (const { seq, stage, executor } of events) {
    const messages = world.passes.filter(({ eventId }) => eventId === world.eventId(seq)).length;
    const again = world.emittedAgain.get(seq);
    const expected = (executor === null || (stage === unclaimed && !again) ? 0 : 1) + (again ?? 0);
    if (world.cutOff || again) assert.ok(messages <= expected, `event ${seq} has ${messages} messages`);
    else assert.equal(messages, expected, `messages of event ${seq}`);
  }
}

/** A handler stands in a chain once, whatever has brought it there: only a replay takes its own place anew. */
function checkMembers(rows: readonly Row[]): void {
  for (const [member, same] of Map.groupBy(rows, ({ event, handler }) => `${handler} of event ${event}`)) {
    assert.equal(new Set(same.map(({ position }) => position)).size, 1, `${member} has one place`);
    const first = same.filter(({ replayOf }) => replayOf === null);
    assert.equal(first.length, 1, `${member} is in its chain once`);
  }
}

/** Calls are made once: each is an attempt in the journal, and no execution succeeds twice. */
function checkAttempts(world: History, rows: readonly Row[]): void {
  const calls = Map.groupBy(world.calls, ({ webhookId }) => webhookId);
  const executions = Map.groupBy(rows, ({ event, handler }) => `${world.eventId(event)}_${handler}`);
  for (const [webhookId, made] of calls) {
    const kept = executions.get(webhookId) ?? [];
    const attempts = kept.reduce((sum, one) => sum + one.attempts, 0);
    if (world.cutOff)
      assert.ok(made.length <= attempts, `${webhookId}: ${made.length} calls, ${attempts} attempts`);
    else assert.equal(made.length, attempts, `attempts of ${webhookId}`);
    const succeeded = made.filter(({ outcome }) => outcome?.ok).length;
    assert.ok(
      succeeded <= kept.length + world.unheard(webhookId),
      `${webhookId} is called again although it has succeeded`,
    );
  }
}

/** Of one handler and object, an execution is called only when the ones before it are settled (rule 6). */
function checkOrder(world: History, rows: readonly Row[]): void {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { webhookId, begun, ended } of world.calls) {
    first.set(webhookId, Math.min(begun, first.get(webhookId) ?? Number.POSITIVE_INFINITY));
    last.set(webhookId, ended ?? Number.POSITIVE_INFINITY);
  }
  for (const [, same] of Map.groupBy(rows, ({ handler, object }) => `${handler} ${object}`)) {
    const called = same
      .filter(
        ({ event, replayOf, attempts }) =>
          replayOf === null && attempts > 0 && !world.replayed.has(world.eventId(event)),
      )
      .map(({ event, handler }) => `${world.eventId(event)}_${handler}`)
      .filter((id) => first.has(id));
    for (const [place, id] of called.entries()) {
      const before = called[place - 1];
      if (before)
        assert.ok(
          Number(last.get(before)) < Number(first.get(id)),
          `${id} was called before ${before} was settled`,
        );
    }
  }
}

/** One after the other, in chain order: the first call of a handler comes after that of the one before (rule 4). */
function checkChains(world: History, rows: readonly Row[]): void {
  for (const [event, chain] of Map.groupBy(
    rows.filter(({ replayOf }) => replayOf === null),
    (row) => row.event,
  )) {
    const eventId = world.eventId(event);
    if (world.replayed.has(eventId)) continue;
    const called = chain
      .toSorted((a, b) => a.position - b.position)
      .map(({ handler }) => world.calls.find(({ webhookId }) => webhookId === `${eventId}_${handler}`)?.begun)
      .filter((begun) => begun !== undefined);
    // A parked handler is passed by, and called later: then only those that went well at once keep the order.
    const parked =
      chain.some(({ status, attempts }) => status !== 3 || attempts !== 1) || world.hasParked(event);
    if (!parked)
      assert.deepEqual(
        called,
        called.toSorted((a, b) => a - b),
        `the chain of ${event} in order`,
      );
  }
}
