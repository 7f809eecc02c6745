import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Api } from '../../src/tab/data/api.ts';
import { followedEvent } from '../../src/tab/data/followed.ts';
import type { HandlerRow } from '../../src/tab/data/handler-rows.ts';
import { Handlers } from '../../src/tab/data/handlers.ts';
import type { Comms, FeedObserver } from '../../src/tab/data/live-feed.ts';
import { LiveSource } from '../../src/tab/data/live-source.ts';
import type { Model } from '../../src/tab/data/model.ts';
import { Registries } from '../../src/tab/data/registries.ts';
import type { LogSummary, RegistryRow } from '../../src/tab/data/shapes.ts';
import { chosenRegistry, shownRegistries } from '../../src/tab/data/shown-registries.ts';
import { EditorGlobals } from '../support/editor-globals.ts';

const registry = (id: string, state: RegistryRow['state'] = 'ready'): RegistryRow => ({
  id,
  name: id.toUpperCase(),
  state,
  handlers: 0,
  backlog: 0,
  running: 0,
  parked: 0,
  unresolved: 0,
});

/** An API that answers in turn, and that refuses with a status where the answer is a number. */
function answering(...answers: readonly (object | number)[]) {
  const asked: string[] = [];
  const api = new Api(async (url) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(url);
    if (typeof answer === 'number') throw { status: answer };
    return answer;
  });
  return { api, asked };
}

describe('a live source', () => {
  class Slow extends LiveSource<string, undefined> {
    readonly answers: PromiseWithResolvers<string>[] = [];

    protected override fetch(): Promise<string> {
      const answer = Promise.withResolvers<string>();
      this.answers.push(answer);
      return answer.promise;
    }
  }

  it('leaves aside an answer that comes after that to a later reading', async () => {
    const source = new Slow(undefined);
    const readings = [source.read(), source.read()];
    source.answers[1]?.resolve('newer');
    await readings[1];
    source.answers[0]?.resolve('older');
    await readings[0];
    assert.equal(source.answer, 'newer');
  });

  it('leaves aside a failure, too, that comes after that', async () => {
    const source = new Slow(undefined);
    const readings = [source.read(), source.read()];
    source.answers[1]?.resolve('newer');
    await readings[1];
    source.answers[0]?.reject(new Error('gone'));
    await readings[0];
    assert.deepEqual([source.answer, source.problem], ['newer', undefined]);
  });

  it('keeps what it knows when a reading fails, and tells why', async () => {
    const source = new Slow(undefined);
    const first = source.read();
    source.answers[0]?.resolve('known');
    await first;
    const second = source.read();
    source.answers[1]?.reject('gone');
    await second;
    assert.deepEqual([source.answer, source.problem], ['known', 'gone']);
  });

  it('is shown as it comes, however slowly it is answered', async () => {
    const source = new Slow(undefined);
    const readings = [source.read(), source.read()];
    source.answers[0]?.resolve('older');
    await readings[0];
    assert.equal(source.answer, 'older');
    source.answers[1]?.resolve('newer');
    await readings[1];
    assert.equal(source.answer, 'newer');
  });
});

describe('the registries', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());
  const pass = async (ms: number) => {
    await turn();
    mock.timers.tick(ms);
    await turn();
  };

  it('are asked for while somebody watches, however many do', async () => {
    const { api, asked } = answering([registry('one')]);
    const registries = new Registries({ api });
    assert.equal(asked.length, 0);
    const ends = [registries.observe(() => undefined), registries.observe(() => undefined)];
    await turn();
    assert.equal(asked.length, 1);
    ends[0]?.();
    await pass(5000);
    assert.equal(asked.length, 2);
    ends[1]?.();
    ends[1]?.();
    await pass(60_000);
    assert.equal(asked.length, 2);
    registries.observe(() => undefined);
    await turn();
    assert.equal(asked.length, 3);
  });

  it('are asked for at once when the runtime tells of a switch', async () => {
    const { api, asked } = answering([registry('one')]);
    let tell = () => {};
    const subscribe = (topic: string, callback: () => void) => {
      assert.equal(topic, 'provisioning/switches');
      tell = callback;
    };
    const comms = { subscribe, unsubscribe: () => undefined } as unknown as Comms;
    new Registries({ api, comms }).observe(() => undefined);
    await turn();
    tell();
    await pass(0);
    assert.equal(asked.length, 2);
  });

  it('are asked for every second while Node-RED does not answer, and stay', async () => {
    const { api, asked } = answering([registry('one')], 0, 503, 404, [registry('one')]);
    const registries = new Registries({ api });
    const seen: (readonly [string, boolean])[] = [];
    registries.observe(() => seen.push([registries.state, registries.lost]));
    await pass(5000);
    for (let at = 0; at < 3; at += 1) await pass(1000);
    await turn();
    assert.equal(asked.length, 5);
    assert.deepEqual(seen, [
      ['ready', false],
      ['ready', true],
      ['ready', true],
      ['ready', true],
      ['ready', false],
    ]);
    assert.equal(registries.nameOf('one'), 'ONE');
  });

  for (const [status, state] of [
    [401, 'forbidden'],
    [403, 'forbidden'],
    [500, 'failed'],
  ] as const) {
    it(`are not lost once Node-RED answers with ${status}`, async () => {
      const { api } = answering([registry('one')], 0, status);
      const registries = new Registries({ api });
      for (let asked = 0; asked < 3; asked += 1) await registries.read();
      assert.deepEqual([registries.state, registries.lost], [state, false]);
    });
  }

  it('are absent where their API never was there', async () => {
    const registries = new Registries(answering(404));
    assert.equal(registries.state, 'loading');
    await registries.read();
    assert.deepEqual([registries.state, registries.lost], ['absent', false]);
  });
});

describe('the registries shown', () => {
  const all = [registry('one'), registry('two'), registry('old', 'orphaned'), registry('bad', 'error')];
  const shown = async (chosen: string, items = all) => {
    const registries = new Registries(answering(items));
    await registries.read();
    const model = { registries, navigation: { registry: chosen } } as Model;
    return [chosenRegistry(model), ...shownRegistries(model)];
  };

  it('are all that can be read, or the chosen one', async () => {
    assert.deepEqual(await shown(''), ['', 'one', 'two']);
    assert.deepEqual(await shown('two'), ['two', 'two']);
  });

  it('are all when the chosen one is no longer there', async () => {
    assert.deepEqual(await shown('gone'), ['', 'one', 'two']);
    assert.deepEqual(await shown('two', [registry('one')]), ['', 'one']);
  });

  it('are no others in the place of a chosen one that can not be read', async () => {
    assert.deepEqual(await shown('old'), ['old']);
    assert.deepEqual(await shown('bad'), ['bad']);
  });
});

describe('a handler', () => {
  it('is switched in the registry where it is deployed, though another is chosen in the editor', async () => {
    const { api, asked } = answering({ items: [] });
    const handlers = new Handlers({ api, registries: new Registries({ api }) } as Model);
    const row = { id: 'crm', registry: 'new', deployed: { registry: 'old' } } as HandlerRow;
    await handlers.switch(row, 'disabled');
    await handlers.closeCircuit(row);
    assert.deepEqual(asked, [
      'provisioning/registries/old/handlers/crm',
      'provisioning/registries/old/handlers/crm/circuit',
    ]);
  });
});

describe('what comes of closing a circuit', () => {
  before(() => void new EditorGlobals());
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  it('is asked for until the health is sure to know of a call: after closing it, and when the feed tells of one', async () => {
    const before = { id: 'crm', circuit: { state: 'closed', since: '2026-01-01T00:00:01.000Z' } };
    const after = { ...before, lastSuccessAt: '2026-01-01T00:00:02.000Z' };
    let known = before;
    const asked: string[] = [];
    const api = new Api(async (url, options) => {
      if ('type' in options && options.type === 'GET') asked.push(url);
      return { items: 'data' in options && Object(options.data).status === 'archived' ? [] : [known] };
    });
    let feed: FeedObserver = {};
    const follow = (observer: FeedObserver) => {
      feed = observer;
      return () => undefined;
    };
    const registries = { observe: () => () => undefined, readable: [registry('one')] };
    const navigation = { observe: () => () => undefined };
    const handlers = new Handlers({ api, registries, navigation, feed: { follow } } as unknown as Model);
    handlers.observe(() => undefined);
    await turn();
    const told: string[] = [];
    const row = { id: 'crm', registry: 'one' } as HandlerRow;
    await handlers.closeCircuit(row, ({ status }) => told.push(status));
    const readings = () => asked.length / 2;
    const pass = async (ms: number) => {
      mock.timers.tick(ms);
      await turn();
    };
    assert.deepEqual([readings(), told], [2, ['untried']]);
    for (const count of [3, 4, 4, 4]) {
      await pass(1000);
      assert.equal(readings(), count);
    }
    feed.rows?.([{ handler: { id: 'other' } }] as LogSummary[]);
    await pass(60_000);
    assert.equal(readings(), 4);
    feed.rows?.([{ handler: { id: 'crm' } }] as LogSummary[]);
    await pass(0);
    assert.equal(readings(), 5);
    await pass(1000);
    assert.equal(readings(), 6);
    known = after;
    await pass(1000);
    assert.deepEqual([readings(), told], [7, ['untried', 'answers']]);
    await pass(60_000);
    assert.equal(readings(), 7);
  });
});

describe('the details of an event', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('are read again until it is settled, and after a reading that failed', async () => {
    const settled = { id: 'ev', status: 'succeeded' };
    const { api, asked } = answering({ id: 'ev', status: 'waiting' }, 0, settled, settled);
    const follow = () => () => undefined;
    const event = followedEvent({ api, feed: { follow } } as unknown as Model, 'reg', 'ev');
    event.observe(() => undefined);
    for (const count of [1, 2, 3, 3]) {
      await turn();
      assert.equal(asked.length, count);
      mock.timers.tick(2000);
      // Its pace goes by the clock, which stands still here.
      mock.timers.tick(400);
    }
    assert.equal(event.answer?.status, 'succeeded');
  });
});
