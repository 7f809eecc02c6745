import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { NewEvent } from '../../../../src/engine/store/journal/accept.ts';
import type { TakenLink } from '../../../../src/engine/store/journal/turn.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';

const schema = 'reads_of_writing';
const handler = { id: 'a', number: 1, name: 'A', type: 'http', priority: 10 } as const;
const links: readonly TakenLink[] = [{ handler, stop: false, target: 'POST http://127.0.0.1' }];
const attempt = {
  startedAt: 1,
  durationMs: 1,
  code: 200,
  response: 'ok',
  error: null,
  requestHeaders: null,
  responseHeaders: null,
  target: 'POST http://127.0.0.1',
};

describe('the journal in PostgreSQL, opened when nothing was in it', () => {
  let store: Store;
  let client: pg.Client;
  let objects = 0;

  before(async () => {
    const { url } = await sharedPostgres();
    store = await openPostgres(url, schema, { pollPause: 60_000 });
    store.journal.onWork(() => undefined);
    client = new pg.Client(url);
    await client.connect();
  });
  after(async () => {
    await store.close();
    await client.end();
  });

  it('reads as little when much is open as it reads of nothing', async () => {
    const few = await readOf(() => deliver(300));
    for (let n = 0; n < 20; n += 1) await accept(1000);
    const many = await readOf(() => deliver(300));
    assert.ok(many < few * 1.5 + 300, `${many} rows, of nothing ${few}`);
  });

  /** Rows that statements have looked at meanwhile, as the server counts them. */
  async function readOf(work: () => Promise<void>): Promise<number> {
    const before = await counted();
    await work();
    return (await counted()) - before;
  }

  /** A session tells what it has counted when a transaction of its own ends, and it has told nothing for a second. */
  async function counted(): Promise<number> {
    await sleep(1100);
    await accept(1);
    const { rows } = await client.query(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_user_tables where schemaname = $1`,
      [schema],
    );
    return rows[0].n;
  }

  async function deliver(count: number): Promise<void> {
    const events = await accept(count);
    await Promise.all(
      events.map(async (event) => {
        const taken = await store.journal.take({
          event,
          executor: null,
          links,
          missed: [],
          start: true,
          at: 2,
          emit: false,
        });
        assert.equal(taken.outcome, 'taken');
        const [seq = 0] = taken.outcome === 'taken' ? taken.chain : [];
        const change = {
          seq,
          handler: 'a',
          status: 'succeeded',
          attemptsBefore: 0,
          retries: 0,
          attempt,
        } as const;
        const pass = { stopped: [], start: null, plain: true, untold: false };
        await store.journal.endTurn({ event, change, pass, at: 3, emit: false });
      }),
    );
  }

  async function accept(count: number): Promise<readonly number[]> {
    const events = Array.from({ length: count }, (): NewEvent => {
      const objectId = String(++objects);
      return {
        eventType: 'clients.create',
        objectId,
        objectKey: `clients:${objectId}`,
        ordered: true,
        payload: '{}',
        node: 'event-node',
        acceptedAt: 1,
      };
    });
    const accepted = await store.journal.accept(events, count);
    assert.equal(accepted.outcome, 'accepted');
    return accepted.outcome === 'accepted' ? accepted.events.map(({ seq }) => seq) : [];
  }
});
