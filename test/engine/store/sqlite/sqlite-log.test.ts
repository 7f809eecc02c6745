import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import {
  type EventFilter,
  type ExecutionFilter,
  parseEventQuery,
  parseExecutionFilter,
  parseExecutionQuery,
} from '../../../../src/engine/store/log/filter.ts';
import { everyPage } from '../../../../src/engine/store/log/pages.ts';
import { parseHistogramQuery, parseStatisticsQuery } from '../../../../src/engine/store/log/ranges.ts';
import { groupFailures } from '../../../../src/engine/store/sqlite/failure-groups.ts';
import { newestFirst } from '../../../../src/engine/store/sqlite/reader/newest-first.ts';
import { SqliteLog } from '../../../../src/engine/store/sqlite/sqlite-log.ts';
import { Statements } from '../../../../src/engine/store/sqlite/statements.ts';
import { eventStatusOf, stage } from '../../../../src/engine/store/stage.ts';
import type { Page } from '../../../../src/engine/words/admin-answers.ts';
import { meetsCode } from '../../../../src/engine/words/code-condition.ts';
import { InvalidInput, NotFound, Unavailable } from '../../../../src/engine/words/errors.ts';
import {
  type EventRow,
  type ExecutionRow,
  executionStatuses,
} from '../../../../src/engine/words/execution.ts';
import { overwritePage, pageWith } from '../../../support/damage.ts';
import {
  beginning,
  JournalFiller,
  type MadeExecution,
  openJournal,
  tag,
} from '../../../support/filled-journal.ts';
import { issuesOf } from '../../../support/invalid.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';

const types = ['clients.create', 'clients.update', 'clients.accounts.create'] as const;
const handlers = ['crm', 'mailer', 'softswitch'] as const;
const notes = ['alpha', 'alpine', 'beta'] as const;
const statuses = executionStatuses.filter((status) => status !== 'pending');

/** The n-th of a list, over and over. */
const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

describe('execution log', () => {
  let folder: string;
  let db: DatabaseSync;
  let filler: JournalFiller;
  let log: SqliteLog;

  beforeEach(() => {
    folder = journalFolder('log-');
    db = openJournal(folder);
    filler = new JournalFiller(db);
    log = new SqliteLog({ folder, parkedFor: (_, blocked) => (blocked ? 'order' : 'retry') });
  });
  afterEach(async () => {
    await log.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  async function all<Row>(list: (cursor?: string) => Promise<Page<Row>>): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: Page<Row> = await list(cursor);
      rows.push(...page.items);
      cursor = page.nextCursor;
    }
    return rows;
  }
  const executions = (filter: ExecutionFilter, limit = 50) =>
    all((cursor) => log.executions(filter, { limit, cursor }));
  const events = (filter: EventFilter, limit = 50) => all((cursor) => log.events(filter, { limit, cursor }));
  const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

  it('tells all of an execution', async () => {
    filler.add({
      objectId: '7',
      executions: [{ status: 'parked', nextAttemptAt: beginning + 60_000, attempts: 2 }],
    });
    const { items, nextCursor } = await log.executions({}, { limit: 50 });
    assert.equal(nextCursor, null);
    assert.deepEqual(items, [
      {
        id: `ex-${tag}-1`,
        seq: 1,
        eventId: `ev-${tag}-1`,
        eventType: 'clients.create',
        objectId: '7',
        handler: { id: 'crm', number: 3, name: 'CRM', type: 'http', priority: 10 },
        target: 'POST http://crm.example/hooks',
        status: 'parked',
        parkedFor: 'retry',
        startedAt: '2026-01-01T00:00:00.005Z',
        durationMs: 20,
        attempts: 2,
        code: 500,
        response: '{"ok":true}',
        error: 'the target answered 500',
        nextAttemptAt: '2026-01-01T00:01:00.000Z',
        replayOf: null,
        replayedAs: null,
      },
    ] satisfies ExecutionRow[]);
  });

  it('says why an execution is parked, and of others nothing', async () => {
    filler.add({ executions: [{ status: 'parked', blocked: true }, { status: 'failed' }] });
    const rows = await executions({});
    assert.deepEqual(
      rows.map(({ parkedFor }) => parkedFor),
      [null, 'order'],
    );
  });

  it('shows an execution from its turn on', async () => {
    filler.add({
      stage: stage.running,
      touchedAt: null,
      executions: [{ status: 'running' }, { handler: 'mailer', status: 'pending', startedAfter: null }],
    });
    assert.deepEqual(seqs(await executions({})), [1]);
    assert.deepEqual(seqs(await executions({ status: ['running'], handler: 'crm', text: undefined })), [1]);
    await assert.rejects(log.execution(`ex-${tag}-2`), NotFound);
    assert.deepEqual(seqs((await log.event(`ev-${tag}-1`)).executions), [1]);
  });

  describe('with many rows', () => {
    interface Known {
      readonly row: {
        eventType: string;
        handler: string;
        status: string;
        objectId: string;
        event: number;
        note: string;
        open: boolean;
        code: number | null;
        durationMs: number;
      };
      readonly at: number;
      readonly seq: number;
    }
    let known: Known[];
    const knownEvents: { seq: number; at: number; eventType: string; objectId: string; status: string }[] =
      [];

    beforeEach(() => {
      known = [];
      knownEvents.length = 0;
      db.exec('begin');
      for (let n = 0; n < 240; n += 1) {
        const eventType = nth(types, n);
        const objectId = String(n % 7);
        const note = nth(notes, n >> 1);
        // Not in the order of acceptance, and often two within the same ms.
        const acceptedAt = beginning + ((n * 37) % 120) * 1000;
        const chain: MadeExecution[] = Array.from({ length: 1 + (n % 3) }, (_, place) => ({
          handler: nth(handlers, n + place),
          status: nth(statuses, n * 5 + place),
          startedAfter: place * 10,
          code: nth([200, 404, null, 503, 1], n + place),
          durationMs: (n * 7 + place) % 50,
        }));
        const at = nth([stage.succeeded, stage.parked, stage.failed, stage.ready, stage.unclaimed], n);
        const made = filler.add({
          eventType,
          objectId,
          acceptedAt,
          data: { note },
          executions: chain,
          stage: at,
        });
        knownEvents.push({ seq: made.seq, at: acceptedAt, eventType, objectId, status: eventStatusOf(at) });
        for (const [place, seq] of made.executions.entries()) {
          const { handler = '', status = '', code = null, durationMs = 0 } = chain[place] ?? {};
          // Of what failed some was replayed, of what was skipped some was passed by on purpose.
          const gone = status === 'failed' || status === 'skipped' ? seq % 3 : 0;
          const change = [undefined, 'replayed_as = 1', 'passed_by = 1'][gone];
          if (change) db.exec(`update executions set ${change} where seq = ${seq}`);
          const open = (status === 'failed' || status === 'skipped') && !change;
          known.push({
            row: {
              eventType,
              handler,
              status,
              objectId,
              event: made.seq,
              note,
              open,
              code,
              durationMs: durationMs ?? 0,
            },
            at: acceptedAt + place * 10,
            seq,
          });
        }
      }
      groupFailures(db);
      db.exec('commit');
    });

    const newest = (rows: readonly { at: number; seq: number }[]) =>
      seqs(rows.toSorted((a, b) => b.at - a.at || b.seq - a.seq));

    it('finds what every filter and every combination of filters asks for, newest first', async () => {
      const from = beginning + 30_000;
      const to = beginning + 80_010;
      const choices: { [Name in keyof ExecutionFilter]?: readonly ExecutionFilter[Name][] } = {
        eventType: [undefined, 'clients.update'],
        handler: [undefined, 'mailer'],
        status: [
          undefined,
          ['failed'],
          ['parked', 'running', 'succeeded'],
          ['unresolved'],
          ['unresolved', 'parked', 'failed'],
        ],
        objectId: [undefined, '3'],
        eventId: [undefined, `ev-${tag}-12`],
        ids: [
          undefined,
          [...known.filter((_, at) => at % 3 > 0).map(({ seq }) => `ex-${tag}-${seq}`), 'ex-x-1'],
        ],
        kind: [undefined, 'the target answered #'],
        text: [undefined, 'alp'],
        from: [undefined, from],
        to: [undefined, to],
      };
      const filters = Object.entries(choices).reduce<ExecutionFilter[]>(
        (made, [name, values]) =>
          made.flatMap((filter) => values.map((value) => ({ ...filter, [name]: value }))),
        [{}],
      );
      for (const filter of filters) {
        const expected = known.filter(
          ({ row, at, seq }) =>
            (filter.eventType ?? row.eventType) === row.eventType &&
            (filter.handler ?? row.handler) === row.handler &&
            (filter.kind === undefined || row.status === 'failed' || row.status === 'parked') &&
            (filter.status ?? statuses).some((one) =>
              one === 'unresolved' ? row.open : one === row.status,
            ) &&
            (filter.objectId ?? row.objectId) === row.objectId &&
            (filter.eventId ?? `ev-${tag}-${row.event}`) === `ev-${tag}-${row.event}` &&
            (filter.ids ?? [`ex-${tag}-${seq}`]).includes(`ex-${tag}-${seq}`) &&
            row.note.startsWith(filter.text ?? '') &&
            at >= (filter.from ?? 0) &&
            at < (filter.to ?? Number.POSITIVE_INFINITY),
        );
        assert.deepEqual(seqs(await executions(filter, 23)), newest(expected), JSON.stringify(filter));
      }
    });

    it('finds by code and duration, beside whatever else is asked for', async () => {
      const others = [
        {},
        { eventType: 'clients.update' },
        { handler: 'mailer' },
        { eventType: 'clients.update', handler: 'mailer' },
        { status: ['succeeded', 'running'] },
        { objectId: '3' },
        { eventId: `ev-${tag}-12` },
        { text: 'alp' },
        { from: beginning + 30_000, to: beginning + 80_010 },
      ] satisfies ExecutionFilter[];
      for (const other of others) {
        const besides = seqs(await executions(other, 500));
        for (const code of [undefined, ['5xx', '404'], ['200', 'none'], ['1']])
          for (const range of [{}, { minDurationMs: 20 }, { minDurationMs: 20, maxDurationMs: 30 }]) {
            const filter: ExecutionFilter = { ...other, ...(code && { code }), ...range };
            const { minDurationMs = 0, maxDurationMs = 100 } = filter;
            const expected = known.filter(
              ({ seq, row }) =>
                besides.includes(seq) &&
                (code === undefined || meetsCode(code, row.code)) &&
                row.durationMs >= minDurationMs &&
                row.durationMs <= maxDurationMs,
            );
            assert.deepEqual(seqs(await executions(filter, 7)), newest(expected), JSON.stringify(filter));
          }
      }
    });

    it('finds the events that every combination of filters asks for', async () => {
      const from = beginning + 30_000;
      const some = knownEvents.filter((_, at) => at % 3 > 0).map(({ seq }) => `ev-${tag}-${seq}`);
      for (const status of [undefined, ['waiting'], ['parked', 'unclaimed']] as EventFilter['status'][])
        for (const eventType of [undefined, 'clients.update'])
          for (const objectId of [undefined, '3'])
            for (const range of [{}, { from, to: from + 50_000 }, { ids: ['ev-x-1', ...some] }]) {
              const filter: EventFilter = { status, eventType, objectId, ...range };
              const expected = knownEvents.filter(
                (event) =>
                  (status ?? [event.status]).some((one) => one === event.status) &&
                  (eventType ?? event.eventType) === event.eventType &&
                  (objectId ?? event.objectId) === event.objectId &&
                  (filter.ids ?? [`ev-${tag}-${event.seq}`]).includes(`ev-${tag}-${event.seq}`) &&
                  event.at >= (filter.from ?? 0) &&
                  event.at < (filter.to ?? Number.POSITIVE_INFINITY),
              );
              assert.deepEqual(seqs(await events(filter, 11)), newest(expected), JSON.stringify(filter));
            }
    });

    it('gives no row twice and leaves none out while newer ones are added', async () => {
      for (const filter of [{}, { text: 'alpha' }, { handler: 'crm' }] satisfies ExecutionFilter[]) {
        const before = seqs(await executions(filter, 500));
        let added = 0;
        const paged = await all((cursor) => {
          added += 1;
          filler.add({ acceptedAt: beginning + 1_000_000 + added, data: { note: 'alpha' } });
          return log.executions(filter, { limit: 17, cursor });
        });
        const old = paged.filter(({ seq }) => before.includes(seq));
        assert.deepEqual(seqs(old), before);
        assert.equal(new Set(seqs(paged)).size, paged.length);
      }
    });

    it('goes through all pages for an export', async () => {
      const exported: ExecutionRow[] = [];
      for await (const page of everyPage(log, { status: ['failed'] }, 10)) exported.push(...page);
      assert.deepEqual(seqs(exported), seqs(await executions({ status: ['failed'] }, 500)));
    });

    it('stops at a bound when a filter finds too little, and goes on from there', () => {
      const statements = new Statements(db);
      const selection = {
        table: 'executions',
        time: 'started_at',
        stretches: [{ where: 'status > 0' }],
        columns: ['handler_id'],
        filter: 'handler_id = :handler',
        bound: 10,
        values: { handler: 'mailer' },
      } as const;
      const found: number[] = [];
      let pages = 0;
      let after: readonly [number, number] | undefined;
      do {
        const page = newestFirst(statements, selection, { from: undefined, to: undefined, after, limit: 50 });
        found.push(...page.found.map(([, seq]) => seq));
        after = page.next ?? undefined;
        pages += 1;
      } while (after);
      assert.deepEqual(found, newest(known.filter(({ row }) => row.handler === 'mailer')));
      assert.equal(pages, Math.floor(known.length / 10) + 1);
    });
  });

  it('ends a page early when its responses are long', async () => {
    db.exec('begin');
    for (let n = 0; n < 80; n += 1)
      filler.add({ acceptedAt: beginning + n, executions: [{ response: 'x'.repeat(65_536) }] });
    db.exec('commit');
    const first = await log.executions({}, { limit: 80 });
    assert.ok(first.items.length < 80);
    assert.ok(first.nextCursor);
    assert.equal((await executions({}, 80)).length, 80);
  });

  it('tells the details of an execution: request, response, headers and every attempt', async () => {
    filler.add({
      data: { name: 'Ü' },
      executions: [{ status: 'failed', attempts: 3, durationMs: 31, response: 'no' }],
    });
    const details = await log.execution(`ex-${tag}-1`);
    assert.equal(
      details.request,
      '{"event":{"dt":"2026-01-01T00:00:00.000Z","events_id":"clients.create","object_id":"12"},"data":{"name":"Ü"}}',
    );
    assert.deepEqual(details.requestHeaders, { 'content-type': 'application/json' });
    assert.deepEqual(details.responseHeaders, { server: 'crm' });
    assert.equal(details.attempts, 3);
    assert.deepEqual(
      details.attemptList.map(({ attempt, startedAt, durationMs, code, response }) => [
        attempt,
        startedAt,
        durationMs,
        code,
        response,
      ]),
      [
        [1, '2026-01-01T00:00:00.005Z', 25, 503, 'busy'],
        [2, '2026-01-01T00:00:01.005Z', 25, 503, 'busy'],
        [3, '2026-01-01T00:00:02.005Z', 31, 500, 'no'],
      ],
    );
    assert.equal('blocked' in details, false);
  });

  it('tells the details of an event: the envelope, and its executions in chain order with their replays', async () => {
    const made = filler.add({ executions: [{ handler: 'crm', status: 'failed' }, { handler: 'mailer' }] });
    filler.addReplay(made, 1, { at: beginning + 5000, handler: 'crm' });
    const event = await log.event(`ev-${tag}-1`);
    assert.match(event.envelope, /"events_id":"clients.create"/);
    assert.deepEqual(
      event.executions.map(({ handler, replayOf, replayedAs }) => [handler.id, replayOf, replayedAs]),
      [
        ['crm', null, { id: `ex-${tag}-3`, status: 'succeeded' }],
        ['crm', `ex-${tag}-1`, null],
        ['mailer', null, null],
      ],
    );
    assert.equal(event.status, 'succeeded');
    assert.equal(event.settledAt, '2026-01-01T00:00:05.100Z');
    const { items } = await log.events({}, { limit: 1 });
    assert.deepEqual(items, [
      {
        id: `ev-${tag}-1`,
        seq: 1,
        eventType: 'clients.create',
        objectId: '12',
        status: 'succeeded',
        acceptedAt: '2026-01-01T00:00:00.000Z',
        settledAt: '2026-01-01T00:00:05.100Z',
        node: 'event-node',
      },
    ] satisfies EventRow[]);
  });

  it('knows no id that its journal did not give', async () => {
    filler.add({});
    for (const id of [`ex-${tag}-2`, 'ex-other0-1', `ev-${tag}-1`, `ex-${tag}-01`, '1', '']) {
      await assert.rejects(log.execution(id), NotFound, id);
    }
    for (const id of [`ev-${tag}-2`, `ex-${tag}-1`, 'ev-other0-1'])
      await assert.rejects(log.event(id), NotFound, id);
    assert.deepEqual(await executions({ eventId: 'ev-other0-1' }), []);
  });

  it('refuses a cursor that it did not give, naming it', async () => {
    filler.add({});
    const list = 'executions';
    const foreign = [[list, 1], [list, 1, 2, 3], [list, '1', 2], [1, 2], { at: 1 }, [list, 0.5, 1]].map(
      (value) => Buffer.from(JSON.stringify(value)),
    );
    for (const cursor of ['', '!', 'abc', ...foreign.map((bytes) => bytes.toString('base64url'))]) {
      await assert.rejects(log.executions({}, { limit: 5, cursor }), (error) => {
        assert.ok(error instanceof InvalidInput, cursor);
        assert.equal(error.issues[0]?.field, 'cursor');
        return true;
      });
    }
  });

  it('refuses a cursor of the other list', async () => {
    for (let n = 0; n < 3; n += 1) filler.add({});
    const { nextCursor: ofExecutions } = await log.executions({}, { limit: 1 });
    const { nextCursor: ofEvents } = await log.events({}, { limit: 1 });
    assert.ok(ofExecutions && ofEvents);
    const says = /cursor: is not a cursor of this list/;
    await assert.rejects(log.executions({}, { limit: 1, cursor: ofEvents }), says);
    await assert.rejects(log.events({}, { limit: 1, cursor: ofExecutions }), says);
  });

  it('counts what waits, runs and is parked', async () => {
    filler.add({ stage: stage.ready, touchedAt: null, executions: [] });
    filler.add({
      stage: stage.queued,
      touchedAt: null,
      executions: [{ status: 'pending', startedAfter: null }],
    });
    filler.add({ stage: stage.running, touchedAt: null, executions: [{ status: 'running' }] });
    filler.add({ stage: stage.parked, executions: [{ status: 'parked' }, { status: 'parked' }] });
    const { waiting, running, parked } = await log.counts();
    assert.deepEqual({ waiting, running, parked }, { waiting: 2, running: 1, parked: 2 });
  });

  it('sums up what succeeded and failed, and how long it took, step by step', async () => {
    db.exec('begin');
    for (let n = 1; n <= 100; n += 1) {
      const status = n % 10 === 0 ? 'failed' : 'succeeded';
      filler.add({
        acceptedAt: beginning + 60_000,
        executions: [{ status, durationMs: n, startedAfter: n }],
      });
    }
    filler.add({ acceptedAt: beginning + 60_000, executions: [{ status: 'parked', durationMs: 5000 }] });
    filler.add({
      acceptedAt: beginning + 130_000,
      executions: [{ status: 'failed', durationMs: null, attempts: 0 }],
    });
    db.exec('commit');
    const range = { from: beginning, to: beginning + 150_000, step: 60_000 };
    assert.deepEqual(await log.statistics(range), [
      {
        at: '2026-01-01T00:00:00.000Z',
        succeeded: 0,
        failed: 0,
        parked: 0,
        unresolved: 0,
        p50: null,
        p95: null,
      },
      {
        at: '2026-01-01T00:01:00.000Z',
        succeeded: 90,
        failed: 10,
        parked: 1,
        unresolved: 10,
        p50: 50,
        p95: 95,
      },
      {
        at: '2026-01-01T00:02:00.000Z',
        succeeded: 0,
        failed: 1,
        parked: 0,
        unresolved: 1,
        p50: null,
        p95: null,
      },
    ]);
  });

  it('counts by step and status just what the list finds, whatever is asked for', async () => {
    db.exec('begin');
    for (let n = 0; n < 300; n += 1) {
      const made = { status: nth(statuses, n), handler: nth(handlers, n >> 1), code: n % 3 ? 200 : 500 };
      filler.add({
        acceptedAt: beginning + n * 1000,
        eventType: nth(types, n >> 2),
        objectId: String(n % 7),
        data: { note: nth(notes, n) },
        executions: [{ ...made, startedAfter: 0, durationMs: n }],
      });
    }
    db.exec('commit');
    const range = { from: beginning + 10_000, to: beginning + 290_000 };
    const filters: ExecutionFilter[] = [
      {},
      { status: ['failed', 'running'] },
      { status: ['unresolved', 'succeeded'] },
      { handler: 'crm' },
      { eventType: 'clients.update', handler: 'mailer', status: ['parked', 'skipped'] },
      { code: ['5xx'], minDurationMs: 40 },
      { handler: 'crm', maxDurationMs: 90 },
      { objectId: '3', status: ['cancelled', 'succeeded'] },
      { text: 'alp' },
    ];
    for (const filter of filters) {
      const asked = { ...filter, ...range };
      const { items, countedFrom } = await log.histogram({ ...range, step: 30_000, filter: asked });
      const expected = Array.from({ length: 10 }, (_, at) => ({
        at: new Date(range.from + at * 30_000).toISOString(),
        ...Object.fromEntries(statuses.map((status) => [status, 0])),
      })) as unknown as typeof items;
      for await (const rows of everyPage(log, asked)) {
        for (const { startedAt, status } of rows) {
          const step = expected[Math.floor((Date.parse(startedAt ?? '') - range.from) / 30_000)];
          if (step && status !== 'pending') step[status] += 1;
        }
      }
      assert.deepEqual(items, expected, JSON.stringify(filter));
      assert.equal(countedFrom, null);
    }
  });

  it('tells how handlers have been doing since a moment, and what numbers they had', async () => {
    filler.add({ acceptedAt: beginning, executions: [{ status: 'failed', error: 'long ago' }] });
    for (let n = 1; n <= 4; n += 1) {
      const executions = [
        { status: n === 4 ? 'failed' : 'succeeded', durationMs: n * 10, error: n === 4 ? 'no' : null },
      ] as const;
      filler.add({ acceptedAt: beginning + 3_600_000 + n, executions });
    }
    filler.add({
      acceptedAt: beginning,
      stage: stage.parked,
      executions: [{ handler: 'mailer', status: 'parked' }],
    });
    const retried = { handler: 'pager', status: 'parked', error: 'HTTP 503', attempts: 1 } as const;
    filler.add({
      acceptedAt: beginning + 3_600_000,
      stage: stage.parked,
      executions: [retried, { handler: 'pager', status: 'succeeded', durationMs: 7 }],
    });
    const at = (ms: number) => new Date(beginning + 3_600_000 + ms).toISOString();
    const never = { lastErrorAt: null, lastSuccessAt: null, nextAttemptAt: null };
    assert.deepEqual(await log.health(['crm', 'mailer', 'pager', 'new'], beginning + 3_600_000), {
      crm: {
        ...{ parked: 0, successRate: 0.75, p95Ms: 40, lastError: 'no' },
        ...{ ...never, lastErrorAt: at(9), lastSuccessAt: at(8) },
      },
      mailer: { parked: 1, successRate: null, p95Ms: null, lastError: null, ...never },
      pager: {
        ...{ parked: 1, successRate: 0.5, p95Ms: 20, lastError: 'HTTP 503' },
        ...{ ...never, lastErrorAt: at(5), lastSuccessAt: at(5) },
      },
      new: { parked: 0, successRate: null, p95Ms: null, lastError: null, ...never },
    });
    assert.deepEqual(await log.handlerNumbers(), { crm: 3, mailer: 6, pager: 5 });
  });

  it('tells of what was tried, whatever is parked in front of it, and when its turn came hours ago', async () => {
    const now = beginning + 10 * 3_600_000;
    db.exec('begin');
    const waits = { stage: stage.parked, acceptedAt: beginning } as const;
    const failed = { status: 'parked', attempts: 2, durationMs: 5000 } as const;
    // The second attempt begins a second after the first.
    filler.add({
      ...waits,
      executions: [{ ...failed, startedAfter: 36_000_000 - 60_000, error: 'refused' }],
    });
    filler.add({ ...waits, executions: [{ ...failed, startedAfter: 5, error: 'long ago' }] });
    const late = { attempts: 34_200, durationMs: 10 } as const;
    const [ended, lost] = ['succeeded', 'failed'] as const;
    filler.add({ acceptedAt: beginning, executions: [{ ...late, status: ended, startedAfter: 0 }] });
    filler.add({ acceptedAt: beginning, executions: [{ ...late, status: lost, startedAfter: 0 }] });
    for (let n = 0; n < 1000; n += 1) {
      const untried = { status: 'parked', attempts: 0, error: null } as const;
      filler.add({ stage: stage.parked, acceptedAt: now - 1000, executions: [untried] });
    }
    db.exec('commit');
    assert.deepEqual(await log.health(['crm'], now - 3_600_000), {
      crm: {
        ...{ parked: 1002, successRate: 1 / 3, p95Ms: 5000, lastError: 'refused', nextAttemptAt: null },
        lastErrorAt: new Date(now - 59_000).toISOString(),
        lastSuccessAt: new Date(beginning + 34_199_000).toISOString(),
      },
    });
  });

  it('is unavailable while there is no journal, and reads it once there is one', async () => {
    const empty = journalFolder('log-');
    const early = new SqliteLog({ folder: empty, parkedFor: () => 'retry' });
    await assert.rejects(early.counts(), Unavailable);
    const journal = openJournal(empty);
    new JournalFiller(journal).add({});
    assert.equal((await early.executions({}, { limit: 5 })).items.length, 1);
    await early.close();
    journal.close();
    rmSync(empty, { recursive: true });
  });

  it('says of damage that it meets no more than is so', async () => {
    const { executions: made } = filler.add({ executions: [{ response: `damaged ${'x'.repeat(3000)}` }] });
    db.exec('pragma wal_checkpoint(truncate)');
    const file = join(folder, 'journal.sqlite');
    overwritePage(file, pageWith(file, 'damaged x'));
    await assert.rejects(log.execution(`ex-${tag}-${made[0]}`), {
      name: 'Unavailable',
      message: /can not be read: journal\.sqlite is damaged where this stands, .* recover it with "sqlite3/,
    });
  });

  it('refuses questions once it is closed, those included that are still open', async () => {
    const open = assert.rejects(log.counts(), Unavailable);
    await log.close();
    await open;
    await assert.rejects(log.counts(), Unavailable);
  });

  it('reads while the journal is being written, and holds up no checkpoint', async () => {
    filler.add({});
    db.exec('begin immediate');
    filler.add({});
    assert.equal((await executions({})).length, 1);
    db.exec('commit');
    assert.equal((await executions({})).length, 2);
    // The writer has this patience; a slice of the text index is read within a fraction of it.
    db.exec('pragma busy_timeout = 1000');
    assert.equal(db.prepare('pragma wal_checkpoint(truncate)').get()?.['busy'], 0);
  });

  it('keeps no process alive', async () => {
    filler.add({});
    const source = new URL('../../../../src/engine/store/sqlite/sqlite-log.ts', import.meta.url).href;
    const program = join(folder, 'asks-once.mjs');
    writeFileSync(
      program,
      `import { SqliteLog } from ${JSON.stringify(source)};
      const log = new SqliteLog({ folder: ${JSON.stringify(folder)}, parkedFor: () => 'retry' });
      console.log((await log.executions({}, { limit: 5 })).items.length);
      log.poke();`,
    );
    const ended = await promisify(execFile)(process.execPath, [program], { timeout: 8000 });
    assert.equal(ended.stdout.trim(), '1');
  });

  describe('query', () => {
    it('takes what a URL says, and nothing for a blank', () => {
      const query = {
        eventType: 'clients.create',
        handler: '',
        status: 'failed, parked',
        objectId: '7',
        limit: '20',
        from: '2026-01-01',
      };
      assert.deepEqual(parseExecutionQuery(query), {
        filter: { eventType: 'clients.create', status: ['failed', 'parked'], objectId: '7', from: beginning },
        page: { limit: 20, cursor: undefined },
      });
      assert.deepEqual(parseEventQuery({ to: '2026-01-01T02:00:00+02:00' }), {
        filter: { to: beginning },
        page: { limit: 50, cursor: undefined },
      });
    });

    it('takes a time whose plus sign came as the blank that it stands for in a URL, and one without seconds', () => {
      for (const from of [
        '2026-01-01T00:00:00 00:00',
        '2026-01-01T02:00 02:00',
        '2026-01-01T00:00Z',
        '2026-01-01T02:00:00 0200',
        '2026-01-01t02:00:00.000 02',
        '2026-01-01 02:00:00 02:00',
        '2026-01-01T00:00:00z',
        '2025-12-31T23:59:60Z',
      ])
        assert.deepEqual(parseEventQuery({ from }).filter, { from: beginning }, from);
      for (const from of ['2026-01-01 00:00:00', '2026-01-01 00:00', '2026-01-01T00:00:00  00:00'])
        assert.throws(() => parseEventQuery({ from }), /query: from: must be an ISO 8601/, from);
    });

    it('takes ids as a list or with commas, 500 at most', () => {
      assert.deepEqual(parseEventQuery({ ids: 'ev-a-1, ev-a-2' }).filter, { ids: ['ev-a-1', 'ev-a-2'] });
      const ids = Array.from({ length: 500 }, (_, at) => `ex-a-${at}`);
      assert.deepEqual(parseExecutionFilter({ ids }), { ids });
      assert.throws(() => parseExecutionFilter({ ids: [...ids, 'ex-a-500'] }), /ids: must name 500 at most/);
      assert.throws(() => parseExecutionFilter({ ids: [] }), /ids: must name one/);
    });

    it('takes an object id that is a number, and a list of statuses', () => {
      assert.deepEqual(parseExecutionFilter({ objectId: 7, status: ['failed'] }), {
        objectId: '7',
        status: ['failed'],
      });
    });

    it('takes codes, classes of codes and bounds of a duration', () => {
      assert.deepEqual(
        parseExecutionQuery({ code: '404, 5XX,none', minDurationMs: '100', maxDurationMs: '2000' }).filter,
        { code: ['404', '5xx', 'none'], minDurationMs: 100, maxDurationMs: 2000 },
      );
      for (const code of [1, '1', ['1'], [1]])
        assert.deepEqual(parseExecutionFilter({ code }).code, ['1'], `${code}`);
      assert.deepEqual(parseExecutionFilter(parseExecutionFilter({ code: '5xx' })).code, ['5xx']);
      assert.throws(
        () => parseExecutionQuery({ minDurationMs: '2', maxDurationMs: '1' }),
        /query: minDurationMs: must not be above maxDurationMs/,
      );
    });

    it('refuses what it does not understand, naming it', () => {
      const wrong: [string, unknown][] = [
        ['eventType', 'clients..create'],
        ['handler', 'a b'],
        ['status', 'pending'],
        ['status', 'failed,lost'],
        ['objectId', ['1', '2']],
        ['text', '***'],
        ['text', 'x'.repeat(257)],
        ['code', '5x'],
        ['code', '6xx'],
        ['code', '200,,'],
        ['code', '12.5'],
        ['minDurationMs', '-1'],
        ['maxDurationMs', 'long'],
        ['from', 'yesterday'],
        ['to', '2026-01-01T00:00:00'],
        ['limit', '0'],
        ['limit', '501'],
        ['limit', 'many'],
        ['limit', ['5']],
        ['limit', true],
        ['cursor', ['a']],
      ];
      for (const [field, value] of wrong) {
        assert.throws(
          () => parseExecutionQuery({ [field]: value }),
          new RegExp(`query: ${field}(\\[\\d\\])?: `),
          field,
        );
      }
      assert.throws(() => parseEventQuery({ status: 'skipped' }), /query: status/);
    });

    it('refuses a condition that it does not know: a misspelt one would widen the filter', () => {
      assert.deepEqual(
        issuesOf(() => parseExecutionFilter({ handlr: 'crm', limit: 5 })),
        {
          handlr: 'is not known here: correct its name, or remove it',
          limit: 'is not known here: correct its name, or remove it',
        },
      );
    });

    it('refuses an empty condition of what is replayed or exported: it would widen the filter too', () => {
      for (const field of [
        'eventType',
        'handler',
        'status',
        'objectId',
        'eventId',
        'text',
        'code',
        'minDurationMs',
        'from',
        'to',
      ])
        for (const value of ['', null])
          assert.throws(
            () => parseExecutionFilter({ [field]: value }),
            new RegExp(`^InvalidInput: filter: ${field}(\\[0\\])?: `),
            `${field} ${value}`,
          );
    });

    it('asks for the last 60 steps of statistics unless it says otherwise, and for 1500 at most', () => {
      assert.deepEqual(parseStatisticsQuery({}, beginning), {
        from: beginning - 3_600_000,
        to: beginning,
        step: 60_000,
      });
      assert.deepEqual(parseStatisticsQuery({ from: '2026-01-01', to: '2026-01-02', step: '3600' }, 0), {
        from: beginning,
        to: beginning + 86_400_000,
        step: 3_600_000,
      });
      assert.throws(() => parseStatisticsQuery({ from: '2026-01-02', to: '2026-01-01' }, 0), /from/);
      assert.throws(() => parseStatisticsQuery({ from: '2025-01-01', to: '2026-01-01' }, 0), /step/);
    });

    it('divides the range of a histogram into 60 steps unless it says otherwise, and looks at nothing beyond', () => {
      const day = { from: beginning, to: beginning + 86_400_000 };
      assert.deepEqual(parseHistogramQuery({ from: '2026-01-01', to: '2026-01-02', handler: 'crm' }, 0), {
        ...day,
        step: 1_440_000,
        filter: { ...day, handler: 'crm' },
      });
      const hour = { from: beginning - 3_600_000, to: beginning };
      assert.deepEqual(parseHistogramQuery({}, beginning), { ...hour, step: 60_000, filter: hour });
      assert.throws(() => parseHistogramQuery({ from: '2026-01-02', to: '2026-01-01' }, 0), /from/);
      assert.throws(() => parseHistogramQuery({ code: 'many' }, 0), /code/);
    });
  });
});
