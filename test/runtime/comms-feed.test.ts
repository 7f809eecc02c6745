import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionRow } from '../../src/engine/execution.ts';
import { CommsFeed, type Frame } from '../../src/runtime/comms-feed.ts';
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
      observe: (observer) => {
        observers.add(observer);
        return () => observers.delete(observer);
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
    assert.equal(frame?.data.boot, hello?.data.boot);
    assert.equal(frame?.data.seq, 1);
    assert.equal(hello?.data.seq, 1);
  });

  it('tells of each execution once, as it stood last, without bodies', async () => {
    const { tell } = engine('a');
    tell(rowOf(1, { status: 'running' }));
    tell(rowOf(2, { status: 'failed', error: 'x'.repeat(1000) }));
    tell(rowOf(1, { status: 'succeeded' }));
    const [frame] = await received(1);
    assert.equal(frame?.retain, false);
    assert.equal(frame?.data.registry, 'a');
    assert.equal(frame?.data.dropped, 0);
    const items = frame?.data.items ?? [];
    assert.deepEqual(
      items.map(({ seq, status }) => [seq, status]),
      [
        [2, 'failed'],
        [1, 'succeeded'],
      ],
    );
    assert.equal(items[0]?.error?.length, 200);
    assert.ok(!JSON.stringify(items).includes('secret'));
  });

  it('leaves out the oldest of more than 200, and says how many', async () => {
    const { tell } = engine('a');
    for (let seq = 1; seq <= 1000; seq += 1) tell(rowOf(seq));
    const [frame] = await received(1);
    assert.equal(frame?.data.items.length, 200);
    assert.equal(frame?.data.items[0]?.seq, 801);
    assert.equal(frame?.data.dropped, 800);
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
  let red: NodeRed;
  let socket: WebSocket;

  before(async () => {
    red = await startNodeRed({
      flows: [tab, registry(), httpHandler('http://127.0.0.1:9/'), intakeNode('/in'), executor()],
    });
    socket = new WebSocket(`${red.url.replace('http', 'ws')}/comms`);
    await once(socket, 'open');
  });
  after(async () => {
    socket.close();
    await red.kill9();
  });

  it('greets whoever subscribes, then tells of executions of all registries', async () => {
    const messages: { topic: string; data: Frame }[] = [];
    socket.addEventListener('message', ({ data }) => {
      messages.push(...(JSON.parse(String(data)) as typeof messages));
    });
    socket.send(JSON.stringify({ subscribe: 'provisioning/#' }));
    const hello = await eventually('hello', () =>
      messages.find(({ topic }) => topic === 'provisioning/hello'),
    );
    assert.equal(typeof hello.data.boot, 'string');
    assert.equal((await red.node('/in', postJson(envelope(7)))).status, 202);
    const settled = await eventually('the failed execution', () =>
      messages
        .filter(({ topic }) => topic === 'provisioning/executions')
        .flatMap(({ data }) => data.items.map((item) => ({ ...item, registry: data.registry })))
        .find(({ status }) => status === 'failed'),
    );
    assert.equal(settled.registry, 'registry');
    assert.equal(settled.objectId, '7');
    assert.ok(!('response' in settled));
  });
});
