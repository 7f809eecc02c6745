import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../../src/engine/words/admin-answers.ts';
import type { ExecutionRow } from '../../src/engine/words/execution.ts';
import { CommsFeed } from '../../src/runtime/comms-feed.ts';
import { eventually } from '../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { signIn, user } from '../support/users.ts';

function rowOf(seq: number, change: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    id: `ex-aaaaaa-${seq}`,
    seq,
    eventId: `ev-aaaaaa-${seq}`,
    eventType: 'clients.create',
    objectId: String(seq),
    handler: { id: 'handler', number: 1, name: 'Handler', type: 'http', priority: 10 },
    target: 'POST http://127.0.0.1/',
    status: 'succeeded',
    parkedFor: null,
    startedAt: '2026-01-31T12:00:00.000Z',
    durationMs: 3,
    attempts: 1,
    code: 200,
    response: 'a secret answer',
    error: null,
    nextAttemptAt: null,
    replayOf: null,
    replayedAs: null,
    ...change,
  };
}

describe('comms feed', function () {
  this.timeout(10_000);
  let published: { topic: string; data: Frame; retain: boolean | undefined; at: number }[];
  let feed: CommsFeed;

  beforeEach(() => {
    const seen: typeof published = [];
    published = seen;
    feed = new CommsFeed((topic, data, retain) =>
      seen.push({ topic, data: data as Frame, retain, at: performance.now() }),
    );
  });

  const frames = () => published.filter(({ topic }) => topic === 'provisioning/executions');
  const received = (count: number) =>
    eventually(`${count} frames`, () => frames().length >= count && frames());

  function engine(id: string) {
    const observers = new Set<(row: ExecutionRow) => void>();
    const end = feed.follow({
      id,
      news: {
        observe: (observer) => {
          observers.add(observer);
          return () => observers.delete(observer);
        },
        observeElsewhere: () => () => undefined,
      },
    });
    const tell = (row: ExecutionRow): void => {
      for (const observer of observers) observer(row);
    };
    return { end, tell };
  }

  it('greets with its boot id, and keeps the greeting’s seq up to date', async () => {
    const [hello] = published;
    assert.equal(hello?.topic, 'provisioning/hello');
    assert.equal(hello?.retain, true);
    assert.equal(hello?.data.seq, 0);
    const { tell } = engine('a');
    tell(rowOf(1));
    const [frame] = await received(1);
    assert.equal(frame?.retain, false);
    assert.equal(frame?.data.boot, hello?.data.boot);
    assert.equal(frame?.data.seq, 1);
    assert.equal(hello?.data.seq, 1);
  });

  it('tells every editor that something has changed, and not what', async () => {
    const [{ tell }, other] = [engine('a'), engine('b')];
    tell(rowOf(1));
    tell(rowOf(2));
    await received(1);
    other.tell(rowOf(3));
    tell(rowOf(4));
    const sent = await received(3);
    const { boot } = sent[0]?.data ?? assert.fail();
    assert.deepEqual(
      sent.map(({ data }) => data),
      [
        { boot, registry: 'a', seq: 1, since: 0 },
        { boot, registry: 'b', seq: 2, since: 0 },
        { boot, registry: 'a', seq: 3, since: 1 },
      ],
    );
  });

  it('tells whoever asks of each execution once, as it stood last, without bodies', async () => {
    const { tell } = engine('a');
    tell(rowOf(1, { status: 'running' }));
    tell(rowOf(2, { status: 'failed', error: 'x'.repeat(1000) }));
    tell(rowOf(1, { status: 'succeeded' }));
    const [frame] = await received(1);
    const { boot, since } = frame?.data ?? assert.fail();
    const { items, ...rest } = feed.changes('a', boot, since);
    assert.deepEqual(rest, { boot, seq: 1, complete: true });
    assert.deepEqual(
      items.map(({ seq, status }) => [seq, status]),
      [
        [2, 'failed'],
        [1, 'succeeded'],
      ],
    );
    assert.equal(items[0]?.error?.length, 200);
    assert.ok(!JSON.stringify(items).includes('secret'));
    assert.deepEqual(feed.changes('other', boot, 0).items, [], 'of this registry only');
  });

  it('tells what has changed since any frame, as long as it knows', async () => {
    const { tell } = engine('a');
    const { boot } = published[0]?.data ?? assert.fail();
    const since = (after: number) => {
      const { items, complete } = feed.changes('a', boot, after);
      return [items.map(({ seq }) => seq), complete];
    };
    tell(rowOf(1));
    await received(1);
    tell(rowOf(2));
    await received(2);
    tell(rowOf(1));
    await received(3);
    assert.deepEqual(since(0), [[2, 1], true]);
    assert.deepEqual(since(1), [[2, 1], true]);
    assert.deepEqual(since(2), [[1], true]);
    assert.deepEqual(since(3), [[], true]);
    assert.deepEqual(feed.changes('a', 'another run', 3).complete, false);
    for (let seq = 10; seq < 209; seq += 1) tell(rowOf(seq));
    await received(4);
    assert.equal(since(3)[1], true);
    assert.equal(since(2)[1], true, 'what was forgotten had changed before');
    assert.equal(since(1)[1], false);
  });

  it('leaves out the oldest of more than 200, and says that there are more', async () => {
    const { tell } = engine('a');
    for (let seq = 1; seq <= 1000; seq += 1) tell(rowOf(seq));
    const [frame] = await received(1);
    const { boot } = frame?.data ?? assert.fail();
    const { items, complete } = feed.changes('a', boot, 0);
    assert.equal(items.length, 200);
    assert.equal(items[0]?.seq, 801);
    assert.equal(complete, false);
    assert.equal(feed.changes('a', boot, 1).complete, true);
  });

  it('sends four frames a second at most, however many registries there are, each in turn', async () => {
    const engines = ['a', 'b', 'c'].map(engine);
    const busy = setInterval(() => {
      for (const { tell } of engines) tell(rowOf(1));
    }, 5);
    try {
      const sent = await received(7);
      const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
      // Timers of Node.js may fire up to 1 ms early.
      assert.ok(Math.min(...gaps) >= 248, String(gaps));
      assert.deepEqual(
        sent
          .slice(0, 6)
          .map(({ data }) => data.registry)
          .join(''),
        'abcabc',
      );
      assert.deepEqual(
        sent.slice(0, 6).map(({ data }) => data.seq),
        [1, 2, 3, 4, 5, 6],
      );
    } finally {
      clearInterval(busy);
    }
  });

  it('is silent when nothing happens, and when it follows no more', async () => {
    const { tell, end } = engine('a');
    tell(rowOf(1));
    await received(1);
    end();
    tell(rowOf(2));
    await sleep(600);
    assert.equal(frames().length, 1);
  });
});

describe('comms feed of a running Node-RED', function () {
  this.timeout(30_000);
  const [admin, onlooker] = [user('admin', '*'), user('exact', ['status.read', 'flows.read'])];
  let red: NodeRed;
  const sockets: WebSocket[] = [];

  before(async () => {
    red = await startNodeRed({
      flows: [tab, registry(), httpHandler('http://127.0.0.1:9/'), intakeNode('/in'), executor()],
      settings: { adminAuth: { type: 'credentials', users: [admin, onlooker] } },
    });
  });
  after(async () => {
    for (const socket of sockets) socket.close();
    await red.kill9();
  });

  /** What is sent to an editor that somebody has signed in to. */
  async function editorOf(who: typeof admin) {
    const token = await signIn(red, who);
    const messages: { topic: string; data: Frame }[] = [];
    const socket = new WebSocket(`${red.url.replace('http', 'ws')}/comms`);
    sockets.push(socket);
    socket.addEventListener('message', ({ data }) => {
      messages.push(...([JSON.parse(String(data))].flat() as typeof messages));
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ auth: token }));
    await eventually('it is let in', () => messages.length > 0);
    socket.send(JSON.stringify({ subscribe: 'provisioning/#' }));
    const changes = async ({ registry, boot, since }: Frame) => {
      const query = new URLSearchParams({ boot, after: String(since) });
      return red.admin(`provisioning/registries/${registry}/changes?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    };
    return { messages, changes };
  }

  it('tells of executions those who may read them, and others nothing but that there are some', async () => {
    const [reader, watcher] = await Promise.all([editorOf(admin), editorOf(onlooker)]);
    for (const { messages } of [reader, watcher]) {
      const hello = await eventually('hello', () =>
        messages.find(({ topic }) => topic === 'provisioning/hello'),
      );
      assert.deepEqual(Object.keys(hello.data).sort(), ['boot', 'seq']);
    }
    assert.equal((await red.node('/in', postJson(envelope(7)))).status, 202);
    const settled = await eventually('the failed execution', async () => {
      for (const { topic, data } of reader.messages) {
        if (topic !== 'provisioning/executions') continue;
        const { items } = (await (await reader.changes(data)).json()) as { items: ExecutionRow[] };
        const failed = items.find(({ status }) => status === 'failed');
        if (failed) return failed;
      }
      return undefined;
    });
    assert.equal(settled.objectId, '7');
    assert.ok(!('response' in settled));

    const frames = await eventually('the frames', () => {
      const all = watcher.messages.filter(({ topic }) => topic === 'provisioning/executions');
      return all.length > 0 && all.map(({ data }) => data);
    });
    for (const frame of frames) {
      assert.deepEqual(Object.keys(frame).sort(), ['boot', 'registry', 'seq', 'since']);
      assert.equal((await watcher.changes(frame)).status, 401);
    }
  });
});
