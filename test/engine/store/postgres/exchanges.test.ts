import { strict as assert } from 'node:assert';
import type { Journal } from '../../../../src/engine/store/journal.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';
import { aLink, anEvent, aPass, aTake, parkedUncalled, succeeded } from '../store-contract.ts';

const at = 1_800_000_000_000;

/** Each costs the way to the database and back, however little there is to do. */
describe('the journal in PostgreSQL asks the database', () => {
  let proxy: TcpProxy;
  let store: Store;
  let journal: Journal;
  let sent = 0;
  let objects = 0;

  before(async () => {
    const url = new URL((await sharedPostgres()).url);
    proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    store = await openPostgres(url.href, 'exchanges', { pollPause: 60_000, lease: 60_000 });
    ({ journal } = store);
    journal.onWork(() => undefined);
    proxy.watch(() => {
      sent += 1;
      return 'pass';
    });
  });
  after(async () => {
    await store.close();
    await proxy.close();
  });

  async function take(start: boolean) {
    const taken = await journal.take(aTake(anEvent(++objects), { start, links: [aLink('a')] }));
    return taken.outcome === 'taken'
      ? { event: taken.seq, execution: taken.chain[0] ?? 0 }
      : assert.fail(taken.outcome);
  }
  const end = async (
    change: typeof succeeded,
    { event, execution }: { event: number; execution: number },
  ) => {
    await journal.endTurn({ event, change: change(execution), pass: aPass(), at, emit: false });
  };
  const failed: typeof succeeded = (seq) => ({ ...succeeded(seq), status: 'failed' });
  const due: typeof succeeded = (seq) => ({ ...parkedUncalled(seq), nextAttemptAt: 1 });

  /** What is done for it beforehand is not counted. */
  const asked: Readonly<Record<string, readonly [times: number, prepare: () => Promise<() => unknown>]>> = {
    'to accept an event': [2, async () => () => journal.accept([anEvent(++objects)], 0)],
    'to know a request of many events again': [
      2,
      async () => {
        const events = Array.from({ length: 50 }, () => anEvent(++objects));
        const key = { key: `request ${objects}`, hash: 'hash' };
        await journal.accept(events, 0, key);
        return () => journal.accept(events, 0, key);
      },
    ],
    'to take an event': [2, async () => () => take(true)],
    'to end a turn': [
      2,
      async () => {
        const taken = await take(true);
        return () => end(succeeded, taken);
      },
    ],
    'to replay many executions': [
      5,
      async () => {
        const executions: number[][] = [];
        for (let n = 0; n < 10; n += 1) {
          const taken = await take(true);
          await end(failed, taken);
          executions.push([taken.execution]);
        }
        const replay = {
          kind: 'executions',
          filter: '{}',
          ratePerSecond: 0,
          until: objects,
          upTo: null,
        } as const;
        const { id } = await journal.beginReplay({ ...replay, matched: 10, by: null, at });
        const letGo = { executions, callable: ['a'] };
        return () => journal.continueReplay({ id, letGo, cursor: objects, looked: 10, ends: true, at });
      },
    ],
    'to start what is due in its first pass': [
      3,
      async () => {
        await take(false);
        return () => journal.startNext('a', 1, at);
      },
    ],
    'to try a broken target with what is parked': [
      4,
      async () => {
        await end(due, await take(true));
        await journal.saveCircuit({ handler: 'a', state: 'closed', since: at, error: null }, 'open');
        await journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: 'HTTP 500' }, 'closed');
        return () => journal.startParked('a', 1, at, 0);
      },
    ],
    'to start what is parked and due': [
      3,
      async () => {
        await end(due, await take(true));
        return () => journal.startParked('a', 1, at);
      },
    ],
  };

  for (const [what, [times, prepare]] of Object.entries(asked))
    it(`${times} times ${what}`, async () => {
      const counts: number[] = [];
      for (let tries = 0; tries < 5; tries += 1) {
        const work = await prepare();
        // What is told to others on another connection comes a moment later.
        await new Promise((resolve) => setTimeout(resolve, 20));
        sent = 0;
        await work();
        counts.push(sent);
      }
      assert.equal(Math.min(...counts), times, `${counts}`);
    });
});
