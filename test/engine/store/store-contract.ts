import { strict as assert } from 'node:assert';
import type { NewEvent } from '../../../src/engine/store/journal/accept.ts';
import type { Link } from '../../../src/engine/store/journal/chain.ts';
import type { ExecutionChange, NextTurns, Take } from '../../../src/engine/store/journal/turn.ts';
import type { Emission, Work } from '../../../src/engine/store/journal/work.ts';
import type { Journal, Prune } from '../../../src/engine/store/journal.ts';
import { type ExecutionFilter, parseExecutionFilter } from '../../../src/engine/store/log/filter.ts';
import { stage } from '../../../src/engine/store/stage.ts';
import type { Store } from '../../../src/engine/store/store.ts';
import { Ids } from '../../../src/engine/words/ids.ts';

/** Opens a store at a place; opening it again, once it is closed, finds what was kept. */
export type OpenStore = (place: string) => Promise<Store>;

const at = 1_700_000_000_000;

export function anEvent(objectId: string | number, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    eventType: 'clients.update',
    objectId: String(objectId),
    objectKey: `clients:${objectId}`,
    ordered: true,
    payload: `{"object":"${objectId}"}`,
    node: 'event-node',
    acceptedAt: at,
    ...changes,
  };
}

export function aLink(id: string, stop = false): Link {
  return {
    handler: { id, number: 1, name: id, type: 'http', priority: 10 },
    stop,
    target: `POST http://${id}`,
  };
}

export function aTake(event: Take['event'], changes: Partial<Take> = {}): Take {
  return {
    event,
    executor: 'executor',
    links: [aLink('a')],
    missed: [],
    start: true,
    at,
    emit: false,
    ...changes,
  };
}

/** What the first pass goes on with: with nobody, unless something else is said. */
export function aPass(changes: Partial<NextTurns> = {}): NextTurns {
  return { stopped: [], start: null, plain: false, untold: false, ...changes };
}

export function succeeded(seq: number, handler = 'a'): ExecutionChange {
  const attempt = { startedAt: at, durationMs: 3, code: 200, response: 'ok', error: null };
  const headers = { requestHeaders: null, responseHeaders: null, target: `POST http://${handler}` };
  return { seq, handler, status: 'succeeded', attemptsBefore: 0, attempt: { ...attempt, ...headers } };
}

/** It waits although nobody was called. */
export function parkedUncalled(seq: number, handler = 'a'): ExecutionChange {
  return { seq, handler, status: 'parked', attemptsBefore: 0 };
}

/** What every store promises to the engine. */
export function storeContract(open: OpenStore, newPlace: () => string): void {
  let store: Store;
  let journal: Journal;
  let place: string;
  /** What the journal has told of since it was asked last. */
  let told: Work[];

  const openPlace = async () => {
    store = await open(place);
    ({ journal } = store);
    told = [];
    journal.onWork((work) => told.push(work));
  };
  beforeEach(async () => {
    place = newPlace();
    await openPlace();
    work();
  });
  afterEach(() => store.close());

  const reopen = async () => {
    await store.close();
    await openPlace();
  };
  /** What has become runnable since it was asked last, without what there is none of. */
  const work = () => {
    const all = told.splice(0);
    const emitted = all.flatMap((one) => one.emitted.map(({ seq }) => seq));
    const due = all.flatMap((one) => one.due);
    const parked = all.flatMap((one) => one.parked.map(({ handler }) => handler));
    return {
      ...(emitted.length > 0 && { emitted }),
      ...(all.some(({ ready }) => ready) && { ready: true }),
      ...(due.length > 0 && { due }),
      ...(parked.length > 0 && { parked }),
    };
  };
  const accept = async (...events: NewEvent[]) => {
    const accepted = await journal.accept(events, events.length);
    assert.equal(accepted.outcome, 'accepted');
    return 'events' in accepted ? accepted.events : [];
  };
  /** Accepted and untaken events. */
  const waiting = async () => {
    const refused = await journal.accept([], 0, undefined, -1);
    return refused.outcome === 'full' ? refused.waiting : undefined;
  };
  const acceptOne = async (event: NewEvent) => {
    const [one] = await accept(event);
    assert.ok(one);
    return one;
  };
  const take = async (event: Take['event'], changes: Partial<Take> = {}) => {
    const taken = await journal.take(aTake(event, changes));
    assert.ok(taken.outcome === 'taken');
    return { ...taken, execution: taken.chain[0] ?? 0 };
  };
  /** A turn in the first pass ends. */
  const end = (event: number, change: ExecutionChange, pass: Partial<NextTurns> = {}, emit = false) =>
    journal.endTurn({ event, change, pass: aPass(pass), at, emit });
  /** A parked execution's turn ends. */
  const endParked = (event: number, change: ExecutionChange) =>
    journal.endTurn({ event, change: { ...change, attemptsBefore: 1 }, at, emit: false });
  /** Ends the one turn of an event's first pass. */
  const settle = (seq: number, execution: number, emit = false) =>
    end(seq, succeeded(execution), { plain: true }, emit);
  const settleOne = async (object: number) => {
    const { seq, execution } = await take(anEvent(object));
    await settle(seq, execution);
  };

  describe('accepting', () => {
    it('numbers events in the order of the calls, across commits', async () => {
      const all = await Promise.all([1, 2, 3].map((object) => acceptOne(anEvent(object))));
      const later = await acceptOne(anEvent(4));
      const [first = 0, ...others] = [...all, later].map(({ seq }) => seq);
      assert.deepEqual(others, [first + 1, first + 2, first + 3]);
    });

    it('keeps how many hops have led to an event, until its handlers are called and after a restart', async () => {
      const [first, second, third] = await accept(
        anEvent(1, { hops: 3 }),
        anEvent(2),
        anEvent(3, { hops: 16 }),
      );
      const taken = await Promise.all(
        [first, second].map((event) => journal.take(aTake(event?.seq ?? 0, { start: false }))),
      );
      assert.deepEqual(
        taken.map((one) => one.outcome === 'taken' && one.hops),
        [3, 0],
      );
      const inOne = await journal.take(aTake(anEvent(4, { hops: 5 }), { start: false }));
      assert.equal(inOne.outcome === 'taken' && inOne.hops, 5);
      await reopen();
      const late = await journal.take(aTake(third?.seq ?? 0, { start: false }));
      assert.equal(late.outcome === 'taken' && late.hops, 16);
      assert.deepEqual(
        (await journal.startNext('a', 5, at)).started.map(({ hops }) => hops),
        [3, 0, 5, 16],
      );
    });

    it('never gives a number again, not even after a restart', async () => {
      const before = await acceptOne(anEvent(1));
      await reopen();
      assert.equal((await acceptOne(anEvent(2))).seq, before.seq + 1);
    });

    it('refuses what would exceed the bound, whatever else is under way; a repeated request is known all the same', async () => {
      const key = { key: 'order-1', hash: 'h1' };
      const outcomes = await Promise.all([
        journal.accept([anEvent(1), anEvent(2)], 0, key, 3),
        journal.accept([anEvent(3), anEvent(4)], 0, undefined, 3),
        journal.accept([anEvent(5)], 0, undefined, 3),
        journal.accept([anEvent(6)], 0, undefined, 3),
        journal.accept([anEvent(1), anEvent(2)], 0, key, 3),
      ]);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome),
        ['accepted', 'full', 'accepted', 'full', 'duplicate'],
      );
      assert.equal(await waiting(), 3);
    });

    it('emits while slots last, and leaves the others ready', async () => {
      const accepted = await journal.accept([anEvent(1), anEvent(2), anEvent(3)], 2);
      assert.ok(accepted.outcome === 'accepted');
      assert.deepEqual(
        accepted.events.map((event) => event.stage),
        [stage.emitted, stage.emitted, stage.ready],
      );
    });

    it('holds an event behind the open one of its object', async () => {
      const events = await accept(anEvent(1), anEvent(1), anEvent(2));
      assert.deepEqual(
        events.map((event) => event.stage),
        [stage.emitted, stage.behind, stage.emitted],
      );
    });

    for (const id of ['a\0\0\u{1f600}\\u0000', 'a\ud800', 'a\udc00\0']) {
      it(`keeps the order of an object whatever characters its id has: ${JSON.stringify(id)}`, async () => {
        const [first, second] = await accept(anEvent(id), anEvent(id), anEvent('a'));
        assert.deepEqual([first?.stage, second?.stage], [stage.emitted, stage.behind]);
        const { execution } = await take(first?.seq ?? 0);
        await settle(first?.seq ?? 0, execution, true);
        assert.deepEqual(work().emitted, [second?.seq]);
        const direct = await take(anEvent(id));
        assert.equal(direct.stage, stage.running);
        const { items } = await store.log.events({ objectId: id }, { limit: 5 });
        assert.equal(items.length, 3);
      });

      it(`calls it by one id, before and after a restart: ${JSON.stringify(id)}`, async () => {
        const [first, second] = await accept(anEvent(id), anEvent(id), anEvent('a'));
        await reopen();
        assert.deepEqual(
          (await journal.emitNext(5, ['event-node'], [])).map(({ seq }) => seq),
          [first?.seq, (second?.seq ?? 0) + 1],
        );
        const taken = await take(first?.seq ?? 0, { start: false });
        assert.equal(taken.stage, stage.due);
        const { started } = await journal.startNext('a', 5, at);
        assert.deepEqual(
          started.map(({ objectId }) => objectId),
          [id.toWellFormed().replaceAll('\0', '\ufffd')],
        );
        await settle(first?.seq ?? 0, taken.execution, true);
        assert.deepEqual(work().emitted, [second?.seq]);
      });
    }

    it('holds nothing back where events are not ordered', async () => {
      const events = await accept(anEvent(1, { ordered: false }), anEvent(1, { ordered: false }));
      assert.deepEqual(
        events.map((event) => event.stage),
        [stage.emitted, stage.emitted],
      );
    });

    it('counts what nobody has taken', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await acceptOne(anEvent(2));
      assert.equal(await waiting(), 2);
      await take(seq);
      assert.equal(await waiting(), 1);
      await reopen();
      assert.equal(await waiting(), 1);
    });

    it('recognises a repeated request by its key, also when both come at once', async () => {
      const key = { key: 'order-1', hash: 'h1' };
      const [first, second] = await Promise.all([
        journal.accept([anEvent(1), anEvent(2)], 2, key),
        journal.accept([anEvent(1), anEvent(2)], 2, key),
      ]);
      assert.ok(first?.outcome === 'accepted' && second?.outcome === 'duplicate');
      assert.deepEqual(
        second.events.map(({ seq }) => seq),
        first.events.map(({ seq }) => seq),
      );
      assert.equal(await waiting(), 2);
      await reopen();
      assert.equal((await journal.accept([anEvent(1)], 1, key)).outcome, 'duplicate');
    });

    it('forgets a key after 24 hours, whether it is pruned by then or not', async () => {
      const key = { key: 'order-1', hash: 'h1' };
      const later = anEvent(1, { acceptedAt: at + 24 * 3_600_000 + 1 });
      await journal.accept([anEvent(1)], 1, key);
      const again = await journal.accept([later], 1, { ...key, hash: 'h2' });
      assert.equal(again.outcome, 'accepted');
      const repeated = await journal.accept([later], 1, { ...key, hash: 'h2' });
      assert.deepEqual(
        [repeated.outcome, 'events' in repeated && repeated.events[0]?.seq],
        ['duplicate', 'events' in again && again.events[0]?.seq],
      );
    });

    it('refuses a key that was used for another request', async () => {
      await journal.accept([anEvent(1)], 1, { key: 'order-1', hash: 'h1' });
      assert.deepEqual(await journal.accept([anEvent(2)], 1, { key: 'order-1', hash: 'h2' }), {
        outcome: 'conflict',
      });
      assert.equal(await waiting(), 1);
    });
  });

  describe('emitting', () => {
    it('gives those of nodes that nobody knows, when the asked ones have no more', async () => {
      const nodes = ['gone', 'event-node', 'lost', 'off', 'event-node'];
      for (const [index, node] of nodes.entries()) await journal.accept([anEvent(index, { node })], 0);
      const emit = async (limit: number) =>
        (await journal.emitNext(limit, ['event-node'], ['off'])).map(({ node }) => node);
      assert.deepEqual(await emit(2), ['event-node', 'event-node']);
      assert.deepEqual(await emit(10), ['gone', 'lost']);
      assert.deepEqual(await emit(10), []);
    });

    it('gives ready events oldest first, of the asked nodes only, and each once', async () => {
      await journal.accept([anEvent(1), anEvent(2, { node: 'gone' }), anEvent(3)], 0);
      const emissions = await journal.emitNext(10, ['event-node'], ['gone']);
      assert.deepEqual(
        emissions.map(({ objectId }) => objectId),
        ['1', '3'],
      );
      assert.deepEqual(await journal.emitNext(10, ['event-node'], ['gone']), []);
      const others = await journal.emitNext(10, ['event-node', 'gone']);
      assert.deepEqual(
        others.map(({ objectId, node }) => [objectId, node]),
        [['2', 'gone']],
      );
    });

    it('shares the slots between event nodes', async () => {
      await journal.accept(
        [1, 2, 3, 4].map((object) => anEvent(object, { node: 'busy' })),
        0,
      );
      await journal.accept([anEvent(5, { node: 'calm' })], 0);
      const emissions = await journal.emitNext(2, ['busy', 'calm']);
      assert.deepEqual(
        emissions.map(({ objectId }) => objectId),
        ['1', '5'],
      );
    });

    it('makes what is out and untaken ready again on recall', async () => {
      const { seq } = await acceptOne(anEvent(1));
      const taken = await acceptOne(anEvent(2));
      await take(taken.seq);
      await journal.recall();
      assert.deepEqual(
        (await journal.emitNext(10, ['event-node'])).map((event) => event.seq),
        [seq],
      );
    });

    it('makes what is out and untaken ready again after a restart', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await reopen();
      assert.deepEqual(
        (await journal.emitNext(10, ['event-node'])).map((event) => event.seq),
        [seq],
      );
    });

    it('lets the next event of the object go when one is marked unclaimed', async () => {
      const [first, second] = await accept(anEvent(1), anEvent(1));
      await journal.unclaim([first?.seq ?? 0], 1, at);
      assert.deepEqual(work(), { emitted: [second?.seq] });
    });

    it('marks nothing unclaimed that was taken in time', async () => {
      const { seq, stage: before } = await acceptOne(anEvent(1));
      assert.equal(before, stage.emitted);
      await take(seq);
      await journal.unclaim([seq], 1, at);
      assert.equal((await journal.take(aTake(seq))).outcome, 'already');
    });

    it('lets an unclaimed event be taken late', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await journal.unclaim([seq], 0, at);
      assert.equal((await take(seq)).stage, stage.running);
    });
  });

  describe('taking', () => {
    it('numbers the executions of a chain one after the other', async () => {
      const first = await take((await acceptOne(anEvent(1))).seq, {
        links: [aLink('a'), aLink('b'), aLink('c')],
      });
      const second = await take((await acceptOne(anEvent(2))).seq);
      const [a = 0] = first.chain;
      assert.deepEqual([...first.chain, ...second.chain], [a, a + 1, a + 2, a + 3]);
    });

    it('takes an event once', async () => {
      const { seq } = await acceptOne(anEvent(1));
      const [first, second] = await Promise.all([journal.take(aTake(seq)), journal.take(aTake(seq))]);
      assert.deepEqual([first?.outcome, second?.outcome], ['taken', 'already']);
    });

    it('does not take what it has never accepted', async () => {
      assert.equal((await journal.take(aTake(123_456))).outcome, 'already');
    });

    it('accepts and takes a new event in one write', async () => {
      const taken = await take(anEvent(1, { node: null }));
      assert.equal(taken.stage, stage.running);
      assert.equal((await journal.take(aTake(taken.seq))).outcome, 'already');
      assert.equal(await waiting(), 0);
    });

    it('settles an event that nobody listens to, and lets the next of its object go', async () => {
      const [first, second] = await accept(anEvent(1), anEvent(1));
      const taken = await take(first?.seq ?? 0, { links: [], emit: true });
      assert.equal(taken.stage, stage.unhandled);
      assert.deepEqual(work(), { emitted: [second?.seq] });
    });

    it('queues an event while a taken one of its object is in its first pass', async () => {
      const running = await take(anEvent(1));
      const queued = await take(anEvent(1));
      assert.deepEqual([running.stage, queued.stage], [stage.running, stage.queued]);
      await settle(running.seq, running.execution);
      assert.deepEqual(work(), { due: ['a'] });
      assert.deepEqual(
        (await journal.startNext('a', 5, at)).started.map(({ seq }) => seq),
        [queued.seq],
      );
    });

    it('emits no event of an object that was overtaken by one taken directly', async () => {
      const [, waiting] = await accept(anEvent(2), anEvent(1, { node: 'gone' }));
      await journal.recall();
      const direct = await take(anEvent(1));
      assert.deepEqual(await journal.emitNext(10, ['gone'], ['event-node']), []);
      work();
      await settle(direct.seq, direct.execution);
      assert.deepEqual(work(), { ready: true });
      assert.deepEqual(
        (await journal.emitNext(10, ['gone'], ['event-node'])).map(({ seq }) => seq),
        [waiting?.seq],
      );
    });

    it('writes the envelope as the flow has changed it, and frees the object it came with', async () => {
      const [first, second] = await accept(anEvent(1), anEvent(1));
      const changed = anEvent(7, { payload: '{"changed":true}' });
      const taken = await take(first?.seq ?? 0, { changed, start: false, emit: true });
      assert.equal(taken.stage, stage.due);
      assert.deepEqual(work(), { emitted: [second?.seq], due: ['a'] });
      const [started] = (await journal.startNext('a', 1, at)).started;
      assert.deepEqual([started?.payload, started?.objectKey], ['{"changed":true}', 'clients:7']);
    });

    it('emits no event of the object that the flow has moved another one to', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await journal.accept([anEvent(7)], 0);
      await take(seq, { changed: anEvent(7) });
      assert.deepEqual(await journal.emitNext(10, ['event-node']), []);
    });

    it('leaves an event due when it may not start, in the order they were taken', async () => {
      const b = await take(anEvent(2), { start: false });
      const a = await take(anEvent(1), { start: false });
      assert.equal(a.stage, stage.due);
      assert.deepEqual(
        (await journal.startNext('a', 5, at)).started.map(({ seq }) => seq),
        [b.seq, a.seq],
      );
      assert.deepEqual(await journal.startNext('a', 5, at), { started: [], passed: [] });
    });
  });

  describe('running a chain', () => {
    const links = [aLink('a'), aLink('b')];

    it('parks an execution behind an unsettled one of the same handler and object', async () => {
      const first = await take(anEvent(1), { links });
      const { execution: a } = first;
      await end(first.seq, parkedUncalled(a), { start: { seq: a + 1, handler: 'b' } });
      await end(first.seq, succeeded(a + 1, 'b'));
      work();
      const second = await take(anEvent(1), { links });
      assert.deepEqual(
        [second.stage, second.changed, work()],
        [stage.due, [second.execution], { due: ['b'] }],
      );
      const { started } = await journal.startNext('b', 5, at);
      assert.deepEqual(
        started.map(({ passed, executions }) => [passed, ...executions.map(({ status }) => status)]),
        [[false, 'parked', 'running']],
      );
    });

    it('ends the first pass in the write that finds everyone behind an earlier execution', async () => {
      const first = await take(anEvent(1));
      await end(first.seq, { ...parkedUncalled(first.execution), nextAttemptAt: at + 1000 });
      const taken = await take(anEvent(1));
      const waiting = await take(anEvent(1), { start: false });
      assert.deepEqual([taken.stage, waiting.stage], [stage.parked, stage.due]);
      assert.deepEqual(
        taken.executions?.map(({ status, blocked }) => [status, blocked]),
        [['parked', true]],
      );
      const { started, passed } = await journal.startNext('a', 5, at);
      assert.deepEqual(started, []);
      assert.deepEqual(
        passed.map((one) => [one.event.seq, one.stage, one.changed]),
        [[waiting.seq, stage.parked, [waiting.execution]]],
      );
    });

    it('parks what was to start behind an earlier one, and is due for the next handler in the same write', async () => {
      const first = await take(anEvent(1), { links: [aLink('b')] });
      await end(first.seq, parkedUncalled(first.execution, 'b'));
      const second = await take(anEvent(1), { links: [aLink('a'), aLink('b'), aLink('c')] });
      const { execution: a } = second;
      work();
      const ended = await end(second.seq, succeeded(a), { start: { seq: a + 1, handler: 'b' } });
      assert.deepEqual([ended.stage, ended.changed, work()], [stage.due, [a + 1], { due: ['c'] }]);
    });

    it('tells of the chain as it is when its first pass ends, not as it was', async () => {
      const { seq, execution: a } = await take(anEvent(1), { links });
      const parked = { ...succeeded(a), status: 'parked', nextAttemptAt: at } as const;
      await end(seq, parked, { start: { seq: a + 1, handler: 'b' } });
      await journal.startParked('a', 1, at);
      await endParked(seq, succeeded(a));
      const { stage: to, executions } = await end(seq, succeeded(a + 1, 'b'));
      assert.equal(to, stage.succeeded);
      assert.deepEqual(
        executions?.map(({ status, attempts }) => [status, attempts]),
        [
          ['succeeded', 2],
          ['succeeded', 1],
        ],
      );
    });

    it('tells nothing of a chain that has gone as was said', async () => {
      const { seq, execution: a } = await take(anEvent(1), { links });
      assert.deepEqual(await end(seq, succeeded(a), { plain: true, start: { seq: a + 1, handler: 'b' } }), {
        stage: stage.running,
        changed: [],
      });
      assert.deepEqual(await end(seq, succeeded(a + 1, 'b'), { plain: true }), {
        stage: stage.succeeded,
        changed: [],
      });
    });

    it('stops those who may not be called, in their turn, and starts the next one in the same write', async () => {
      const { seq, execution: a } = await take(anEvent(1), { links: [aLink('a'), aLink('b'), aLink('c')] });
      work();
      const ended = await end(seq, succeeded(a), {
        stopped: [parkedUncalled(a + 1, 'b')],
        start: { seq: a + 2, handler: 'c' },
      });
      assert.deepEqual([ended.stage, ended.changed, work()], [stage.running, [a + 1], { parked: ['b'] }]);
      assert.deepEqual(
        ended.executions?.map(({ status }) => status),
        ['succeeded', 'parked', 'running'],
      );
    });

    it('stops nobody behind a stop handler that parks', async () => {
      const chain = [aLink('a'), aLink('b', true), aLink('c')];
      const { seq, execution: a } = await take(anEvent(1), { links: chain });
      const ended = await end(seq, succeeded(a), {
        stopped: [parkedUncalled(a + 1, 'b'), parkedUncalled(a + 2, 'c')],
      });
      assert.deepEqual([ended.stage, ended.changed], [stage.parked, [a + 1]]);
      assert.deepEqual(
        ended.executions?.map(({ status }) => status),
        ['succeeded', 'parked', 'pending'],
      );
    });

    it('starts nobody whose turn it is not, whatever is reserved', async () => {
      const { seq, execution: a } = await take(anEvent(1), { links: [aLink('a'), aLink('b'), aLink('c')] });
      const ended = await end(seq, succeeded(a), { start: { seq: a + 2, handler: 'c' } });
      assert.equal(ended.stage, stage.due);
      assert.equal((await journal.startNext('c', 5, at)).started.length, 0);
      assert.equal((await journal.startNext('b', 5, at)).started.length, 1);
    });

    it('keeps a first pass open that nobody may be told of, until its turn comes again', async () => {
      const { seq, execution: a } = await take(anEvent(1), { links: [aLink('a', true), aLink('b')] });
      work();
      assert.equal((await end(seq, parkedUncalled(a), { untold: true })).stage, stage.due);
      assert.deepEqual(work(), { due: ['b'], parked: ['a'] });
      await reopen();
      assert.deepEqual(work(), { ready: true, due: ['b'], parked: ['a'] });
      const { started, passed } = await journal.startNext('b', 5, at);
      assert.deepEqual(started, []);
      assert.deepEqual(
        passed.map(({ stage: to, event, executions }) => [
          to,
          event.passed,
          executions?.map(({ status }) => status),
        ]),
        [[stage.parked, false, ['parked', 'pending']]],
      );
    });

    it('emits the next event of the object in the write that ends the one before', async () => {
      const [first, second, other] = await accept(anEvent(1), anEvent(1), anEvent(1));
      const taken = await take(first?.seq ?? 0);
      await settle(taken.seq, taken.execution, true);
      assert.deepEqual(
        told.flatMap(({ emitted }) => emitted.map(({ seq, payload }) => [seq, payload])),
        [[second?.seq, '{"object":"1"}']],
      );
      assert.notEqual(second?.seq, other?.seq);
    });

    it('leaves the next event of the object ready when there is no slot for it', async () => {
      const [first, second] = await accept(anEvent(1), anEvent(1));
      const taken = await take(first?.seq ?? 0);
      await settle(taken.seq, taken.execution);
      assert.deepEqual(work(), { ready: true });
      assert.deepEqual(
        (await journal.emitNext(10, ['event-node'])).map(({ seq }) => seq),
        [second?.seq],
      );
    });

    it('gives a chain back that waits for its next handler, with what has happened', async () => {
      const taken = await take(anEvent(1), { links });
      await end(taken.seq, succeeded(taken.execution));
      assert.deepEqual(work(), { due: ['b'] });
      assert.deepEqual(await journal.startNext('a', 5, at), { started: [], passed: [] });
      const [started] = (await journal.startNext('b', 5, at)).started;
      assert.deepEqual(
        started?.executions.map(({ status, code }) => [status, code]),
        [
          ['succeeded', 200],
          ['running', null],
        ],
      );
    });

    it('goes on after a restart where it was, and keeps the interrupted call as an attempt', async () => {
      const taken = await take(anEvent(1), { links });
      await end(taken.seq, succeeded(taken.execution), {
        start: { seq: taken.execution + 1, handler: 'b' },
      });
      await reopen();
      assert.deepEqual(work(), { ready: true, due: ['b'] });
      const [started] = (await journal.startNext('b', 5, at)).started;
      assert.equal(started?.seq, taken.seq);
      assert.deepEqual(
        started?.executions.map(({ status, attempts }) => [status, attempts]),
        [
          ['succeeded', 1],
          ['running', 1],
        ],
      );
      assert.match(started?.executions[1]?.error ?? '', /ended while the handler was being called/);
    });
  });

  describe('executions that wait', () => {
    const links = [aLink('a'), aLink('b')];
    const parked = (seq: number, nextAttemptAt: number, handler = 'a'): ExecutionChange => ({
      ...succeeded(seq, handler),
      status: 'parked',
      nextAttemptAt,
      retries: 1,
    });
    /** Takes an event whose first handler parks until then, and whose second one succeeds. */
    const takeParked = async (object: number, nextAttemptAt: number, chain = links) => {
      const taken = await take(anEvent(object), { links: chain });
      const { execution: a, seq } = taken;
      const goesOn = chain.length > 1 && !chain[0]?.stop;
      await end(seq, parked(a, nextAttemptAt), goesOn ? { start: { seq: a + 1, handler: 'b' } } : {});
      if (goesOn) await end(seq, succeeded(a + 1, 'b'));
      work();
      return taken;
    };
    const settleParked = (event: number, execution: number) => endParked(event, succeeded(execution));

    it('start when they are due, longest due first, and tell when the next one is', async () => {
      const later = await takeParked(1, at + 50);
      const first = await takeParked(2, at + 10);
      const last = await takeParked(3, at + 900);
      const { started, nextAt } = await journal.startParked('a', 10, at + 100);
      assert.deepEqual(
        started.map(({ execution }) => execution),
        [first.execution, later.execution],
      );
      assert.equal(nextAt, at + 900);
      assert.deepEqual(
        started[0]?.event.executions.map(({ status, attempts }) => [status, attempts]),
        [
          ['running', 1],
          ['succeeded', 1],
        ],
      );
      assert.equal((await journal.startParked('a', 10, at + 100)).started.length, 0);
      assert.ok(last);
    });

    it('settle their event when the last of them is settled', async () => {
      const { seq, execution } = await takeParked(1, at);
      await journal.startParked('a', 1, at);
      assert.equal((await settleParked(seq, execution)).stage, stage.succeeded);
    });

    it('let the next one of their handler and object go', async () => {
      const first = await takeParked(1, at);
      const second = await take(anEvent(1), { links });
      assert.deepEqual(second.changed, [second.execution]);
      assert.equal((await journal.startNext('b', 1, at)).started.length, 1);
      await end(second.seq, succeeded(second.execution + 1, 'b'));
      work();
      const { started } = await journal.startParked('a', 10, at + 1000);
      assert.deepEqual(
        started.map(({ execution }) => execution),
        [first.execution],
      );
      await settleParked(first.seq, first.execution);
      assert.deepEqual(work(), { parked: ['a'] });
      const next = await journal.startParked('a', 10, at + 1000);
      assert.deepEqual(
        next.started.map(({ execution }) => execution),
        [second.execution],
      );
    });

    it('hand the chain on when they stopped it', async () => {
      const { seq, execution } = await takeParked(1, at, [aLink('a', true), aLink('b')]);
      await journal.startParked('a', 1, at);
      await settleParked(seq, execution);
      assert.deepEqual(work(), { due: ['b'] });
      const [started] = (await journal.startNext('b', 5, at)).started;
      assert.equal(started?.passed, true);
      assert.deepEqual(
        started?.executions.map(({ status }) => status),
        ['succeeded', 'running'],
      );
    });

    it('keep of each attempt whom it called, and claim nothing of one that was interrupted', async () => {
      const { seq, execution } = await takeParked(1, at, [aLink('a')]);
      const called = (target: string) => {
        const change = succeeded(execution);
        assert.ok(change.attempt);
        const attempt = { ...change.attempt, requestHeaders: '{"host":"a"}', target };
        return { ...change, attempt, status: 'parked', nextAttemptAt: at } as const;
      };
      const attempted = async (target: string, attemptsBefore: number) => {
        await journal.startParked('a', 1, Date.now() + 60_000);
        await endParked(seq, { ...called(target), attemptsBefore });
      };
      await attempted('POST http://a/old', 1);
      await journal.startParked('a', 1, Date.now() + 60_000);
      await reopen();
      await attempted('PUT http://a/new', 3);
      const { items } = await store.log.executions({}, { limit: 1 });
      const { attemptList } = await store.log.execution(items[0]?.id ?? '');
      assert.deepEqual(
        attemptList.map(({ target }) => target),
        [null, 'POST http://a/old', null, 'PUT http://a/new'],
      );
    });

    it('are found again after a restart, the interrupted one as well', async () => {
      const waiting = await takeParked(1, at + 10);
      const running = await takeParked(2, at);
      await journal.startParked('a', 1, at);
      await reopen();
      assert.deepEqual(work(), { ready: true, parked: ['a'] });
      const { started } = await journal.startParked('a', 10, Date.now() + 60_000);
      const found = started.map(({ execution }) => execution).sort((a, b) => a - b);
      assert.deepEqual(
        found,
        [waiting.execution, running.execution].sort((a, b) => a - b),
      );
    });

    it('are probed oldest first, another one each time', async () => {
      const first = await takeParked(1, at + 10_000);
      const second = await takeParked(2, at + 20_000);
      const probe = async (last: number) => {
        const [started] = (await journal.startParked('a', 1, at, last)).started;
        assert.ok(started);
        await endParked(started.event.seq, parked(started.execution, at));
        return started.execution;
      };
      const one = await probe(0);
      const two = await probe(one);
      assert.deepEqual([one, two, await probe(two)], [first.execution, second.execution, first.execution]);
      assert.deepEqual((await journal.startParked('b', 1, at, 0)).started, []);
    });

    it('are probed by another object each time, where nothing is ordered too, and by the same if there is no other', async () => {
      const unordered = { ordered: false };
      const executions: number[] = [];
      for (const object of [1, 1, 2]) {
        const { seq, execution } = await take(anEvent(object, unordered));
        await end(seq, parked(execution, at + 10_000));
        executions.push(execution);
      }
      const probe = async (last: number) => {
        const [started] = (await journal.startParked('a', 1, at, last)).started;
        if (started) await endParked(started.event.seq, parked(started.execution, at));
        return executions.indexOf(started?.execution ?? 0);
      };
      const [first = 0, second = 0, other = 0] = executions;
      assert.deepEqual([await probe(0), await probe(first), await probe(other)], [0, 2, 0]);
      await journal.cancelParked({ which: { execution: other }, why: 'no more', limit: 1, at });
      assert.deepEqual([await probe(first), await probe(second)], [1, 0]);
    });

    it('become stale by a later event of their object that their handler misses', async () => {
      const stale = await takeParked(1, at);
      const fresh = await takeParked(2, at);
      await take(anEvent(1), { links: [aLink('b')], missed: ['a'] });
      const cancelled = await journal.cancelParked({
        which: { handler: 'a', stale: true },
        why: 'stale',
        limit: 10,
        at,
      });
      assert.equal(cancelled.length, 1);
      const { started } = await journal.startParked('a', 10, at);
      assert.deepEqual(
        started.map(({ execution }) => execution),
        [fresh.execution],
      );
      assert.ok(stale);
    });

    it('are stale no more, once their handler is enabled again before they are parked', async () => {
      const stop = [aLink('s', true), aLink('a')];
      const { seq, execution } = await take(anEvent(1), { links: stop });
      await take(anEvent(1), { links: [aLink('b')], missed: ['a'] });
      const request = { which: { handler: 'a', stale: true }, why: 'stale', limit: 10, at };
      assert.deepEqual(await journal.cancelParked(request), []);
      await end(seq, succeeded(execution, 's'), { start: { seq: execution + 1, handler: 'a' } });
      await end(seq, parked(execution + 1, at));
      assert.deepEqual(await journal.cancelParked(request), []);
    });

    it('can be cancelled one by one, and once', async () => {
      const { execution } = await takeParked(1, at);
      const request = { which: { execution: execution }, why: 'no more', limit: 1, at };
      const [cancelled] = await journal.cancelParked(request);
      assert.equal(cancelled?.stage, stage.cancelled);
      assert.deepEqual(await journal.cancelParked(request), []);
    });

    it('skip what comes after a stop handler that is cancelled', async () => {
      const { execution } = await takeParked(1, at, [aLink('a', true), aLink('b')]);
      const [cancelled] = await journal.cancelParked({
        which: { execution: execution },
        why: 'no',
        limit: 1,
        at,
      });
      assert.equal(cancelled?.stage, stage.failed);
    });
  });

  describe('replaying', () => {
    const failed = (seq: number, handler = 'a'): ExecutionChange => ({
      ...succeeded(seq, handler),
      status: 'failed',
    });
    const callable = ['a', 'b'];
    /** An event whose stop handler has failed, so that the second one was skipped. */
    const takeFailed = async (object: number) => {
      const taken = await take(anEvent(object), { links: [aLink('a', true), aLink('b')] });
      await end(taken.seq, failed(taken.execution));
      work();
      return taken;
    };

    it('runs what failed, and what was skipped after it once that has succeeded', async () => {
      const { seq, execution } = await takeFailed(1);
      const replayed = await journal.replay({ which: { executions: [execution] }, callable, at });
      assert.ok(replayed.outcome === 'replaying');
      assert.deepEqual(work(), { due: ['a'] });
      const [started] = (await journal.startNext('a', 1, at)).started;
      const [again] = replayed.executions;
      assert.deepEqual([started?.seq, started?.passed, started?.executions[0]?.seq], [seq, true, again]);
      assert.equal(started?.executions[0]?.replayOf, execution);
      await end(seq, succeeded(again ?? 0));
      assert.deepEqual(work(), { due: ['b'] });
      const [then] = (await journal.startNext('b', 1, at)).started;
      assert.deepEqual(
        then?.executions.map(({ status }) => status),
        ['succeeded', 'running'],
      );
    });

    it('runs all that failed or was skipped of an event, in chain order', async () => {
      const { seq } = await takeFailed(1);
      const replayed = await journal.replay({ which: { event: seq }, callable, at });
      assert.ok(replayed.outcome === 'replaying');
      assert.equal(replayed.executions.length, 2);
      const [started] = (await journal.startNext('a', 1, at)).started;
      assert.deepEqual(
        started?.executions.map(({ status }) => status),
        ['running', 'pending'],
      );
    });

    it('keeps who asked for a replay, alone or with many, or for a delivery, and of nothing else', async () => {
      const askerOf = async (seq: number | undefined) =>
        (await store.log.execution(new Ids(journal.tag).execution(seq ?? 0))).by;
      const { seq, execution } = await takeFailed(1);
      const alone = await journal.replay({ which: { event: seq }, callable, by: 'anna', at });
      assert.ok(alone.outcome === 'replaying');
      const { seq: other, execution: first } = await takeFailed(2);
      const upTo = first + 1;
      const many = { filter: '{}', ratePerSecond: 0, until: other, matched: 1, at };
      const { id } = await journal.beginReplay({ ...many, kind: 'executions', upTo, by: 'bert' });
      const rest = { cursor: other, looked: 1, ends: true, at };
      await journal.continueReplay({ id, letGo: { executions: [[first]], callable }, ...rest });
      const third = await take(anEvent(3));
      await end(third.seq, succeeded(third.execution), { plain: true });
      const delivery = await journal.beginReplay({ ...many, kind: 'delivery', upTo: null, by: 'cara' });
      const letGo = { missed: [third.seq], link: aLink('b') };
      await journal.continueReplay({ id: delivery.id, letGo, ...rest });
      await reopen();
      const { started } = await journal.startNext('a', 2, at);
      const [ofOne, ofMany] = [seq, other].map(
        (event) => started.find((one) => one.seq === event)?.executions[0],
      );
      assert.deepEqual([ofOne?.replayOf, await askerOf(ofOne?.seq)], [execution, 'anna']);
      assert.deepEqual([ofMany?.replayOf, await askerOf(ofMany?.seq)], [first, 'bert']);
      const delivered = (await journal.startNext('b', 1, at)).started[0]?.executions[1];
      assert.equal(await askerOf(delivered?.seq), 'cara');
      assert.equal(await askerOf(execution), null);
      // What follows from it by itself, nobody has asked for.
      await end(other, succeeded(ofMany?.seq ?? 0));
      const revived = (await journal.startNext('b', 1, at)).started[0]?.executions[1];
      assert.deepEqual([revived?.replayOf, await askerOf(revived?.seq)], [first + 1, null]);
      // Nobody knows who it was.
      await end(other, failed(revived?.seq ?? 0, 'b'));
      const unknown = await journal.replay({ which: { event: other }, callable, at });
      assert.ok(unknown.outcome === 'replaying');
      await journal.startNext('b', 1, at);
      assert.equal(await askerOf(unknown.executions[0]), null);
    });

    it('says of what was replayed or revived which one stands in its place, and lists what nothing has replaced', async () => {
      const { seq, execution } = await takeFailed(1);
      const page = { limit: 10 };
      const unresolved = async () => {
        const { items } = await store.log.executions({ status: ['unresolved'] }, page);
        assert.equal((await store.log.counts()).unresolved, items.length);
        const { 0: step } = await store.log.statistics({ from: at, to: at + 1000, step: 1000 });
        assert.equal(step?.unresolved, items.length);
        const range = { from: at, to: at + 1000 };
        const asked = { ...range, step: 1000, filter: { ...range, status: ['unresolved' as const] } };
        const { 0: counted } = (await store.log.histogram(asked)).items;
        assert.equal((counted?.failed ?? 0) + (counted?.skipped ?? 0), items.length);
        return items.map((row) => row.seq).sort();
      };
      const replacedBy = async () => {
        const { items } = await store.log.executions({}, page);
        return Object.fromEntries(
          items.flatMap((row) => (row.replayedAs ? [[row.seq, row.replayedAs] as const] : [])),
        );
      };
      const replay = async (one: number, fails: boolean) => {
        const replayed = await journal.replay({ which: { executions: [one] }, callable, at });
        assert.ok(replayed.outcome === 'replaying');
        const again = replayed.executions[0] ?? 0;
        assert.equal((await replacedBy())[one]?.status, 'pending');
        await journal.startNext('a', 1, at);
        await end(seq, fails ? failed(again) : succeeded(again));
        return again;
      };
      assert.deepEqual(await unresolved(), [execution, execution + 1]);
      assert.deepEqual(await replacedBy(), {});
      const second = await replay(execution, true);
      assert.deepEqual(await unresolved(), [execution + 1, second]);
      const third = await replay(second, false);
      // With its success, what was skipped is revived.
      assert.deepEqual(await unresolved(), []);
      const last = { id: new Ids(journal.tag).execution(third), status: 'succeeded' };
      const [revived] = (await journal.startNext('b', 1, at)).started;
      const fourth = revived?.executions[1]?.seq ?? 0;
      assert.deepEqual(await replacedBy(), {
        [execution]: last,
        [second]: last,
        [execution + 1]: { id: new Ids(journal.tag).execution(fourth), status: 'running' },
      });
      await end(seq, failed(fourth, 'b'));
      assert.deepEqual(await unresolved(), [fourth]);
    });

    it('lists what was passed by on purpose as skipped, not as unresolved', async () => {
      const { seq, execution } = await take(anEvent(1));
      const { attempt: _, ...change } = succeeded(execution);
      await end(seq, { ...change, status: 'skipped', error: 'not meant for it', passedBy: true });
      const found = async (status: 'skipped' | 'unresolved') =>
        (await store.log.executions({ status: [status] }, { limit: 10 })).items.length;
      assert.deepEqual([await found('skipped'), await found('unresolved')], [1, 0]);
    });

    it('joins the end of its object’s queue', async () => {
      const { seq } = await takeFailed(1);
      const running = await take(anEvent(1), { links: [aLink('b')] });
      const replayed = await journal.replay({ which: { event: seq }, callable, at });
      assert.ok(replayed.outcome === 'replaying');
      assert.deepEqual(work(), {});
      await end(running.seq, succeeded(running.execution, 'b'));
      assert.deepEqual(work(), { due: ['a'] });
    });

    it('emits an event again that nobody listened to, if an event node can', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await take(seq, { links: [] });
      const past = await take(anEvent(2), { links: [] });
      const replayed = (event: number, emitters: readonly string[] | null) =>
        journal.replay({ which: { event }, callable, emitters, at });
      assert.match(JSON.stringify(await replayed(seq, ['other'])), /event-node.*not deployed any more/);
      const unheard = await journal.accept([anEvent(3, { node: null })], 0);
      assert.equal(unheard.outcome, 'accepted');
      work();
      assert.equal((await replayed(seq, ['event-node'])).outcome, 'replaying');
      assert.deepEqual([work(), await waiting()], [{ ready: true }, 2]);
      assert.equal((await replayed(seq, null)).outcome, 'conflict');
      await reopen();
      const [emitted] = await journal.emitNext(1, ['event-node']);
      assert.deepEqual([emitted?.seq, emitted?.payload], [seq, '{"object":"1"}']);
      assert.equal((await store.log.event(new Ids(journal.tag).event(past.seq))).status, 'unhandled');
    });

    it('delivers what a handler has missed once, and keeps with it how far it has come', async () => {
      const first = await take(anEvent(1));
      await end(first.seq, succeeded(first.execution), { plain: true });
      const second = await take(anEvent(1));
      work();
      const begun = { kind: 'delivery', filter: '{}', ratePerSecond: 0, matched: 2 } as const;
      const { id } = await journal.beginReplay({ ...begun, until: second.seq, upTo: null, by: null, at });
      const part = (missed: readonly number[], cursor: number, ends: boolean) =>
        journal.continueReplay({ id, letGo: { missed, link: aLink('b') }, cursor, looked: 1, ends, at });
      // What is in its first pass is left alone, as is what is there already.
      const events = [first.seq, second.seq, first.seq];
      assert.deepEqual(await part(events, first.seq, false), { running: true, replayed: 1 });
      assert.deepEqual(work(), {}, 'it stands behind the one of its object that runs');
      await end(second.seq, succeeded(second.execution), { plain: true });
      assert.deepEqual(work(), { due: ['b'] });
      await reopen();
      assert.equal(journal.found.replays[0]?.cursor, first.seq);
      const [started] = (await journal.startNext('b', 2, at)).started;
      assert.deepEqual(
        started?.executions.map(({ handler, status }) => [handler.id, status]),
        [
          ['a', 'succeeded'],
          ['b', 'running'],
        ],
      );
      assert.equal(started?.passed, true);
      assert.deepEqual(await part([first.seq], second.seq, true), { running: false, replayed: 0 });
      const [row] = await store.log.replays();
      assert.deepEqual([row?.status, row?.replayed, row?.looked], ['done', 1, 2]);
    });

    it('refuses what runs, what was replayed, what may not be called and what succeeded', async () => {
      const { seq, execution } = await takeFailed(1);
      const outcome = async (which: { event: number } | { executions: number[] }, may = callable) => {
        const replayed = await journal.replay({ which, callable: may, at });
        return replayed.outcome === 'conflict' ? replayed.why : replayed.outcome;
      };
      assert.match(
        await outcome({ executions: [execution] }, ['b']),
        /disabled, archived or not in the deployed flow/,
      );
      assert.match(await outcome({ executions: [execution + 1] }), /stopped the chain: replay that one/);
      assert.equal(await outcome({ executions: [execution] }), 'replaying');
      assert.match(await outcome({ executions: [execution] }), /waiting or running already/);
      assert.equal(await outcome({ event: 999_999 }), 'unknown');
      const fine = await take(anEvent(2));
      await settle(fine.seq, fine.execution);
      assert.match(await outcome({ event: fine.seq }), /nothing of it has failed/);
      assert.ok(seq);
    });

    it('emits an unclaimed event again', async () => {
      const { seq } = await acceptOne(anEvent(1));
      await journal.unclaim([seq], 0, at);
      const replayed = await journal.replay({ which: { event: seq }, callable: [], at });
      assert.ok(replayed.outcome === 'replaying');
      assert.deepEqual(work(), { ready: true });
      assert.deepEqual(
        (await journal.emitNext(1, ['event-node'])).map((event) => event.seq),
        [seq],
      );
    });
  });

  describe('pruning', () => {
    const keepAll: Prune = { settledBefore: null, keepSettled: null, keysBefore: 0, forMs: 1000 };
    const prune = async (asked: Partial<Prune>) => {
      const { pruned, behind, more } = await journal.prune({ ...keepAll, ...asked });
      return { pruned, behind, more };
    };
    const objects = async () => {
      const [events, executions] = await Promise.all([
        store.log.events({}, { limit: 10 }),
        store.log.executions({}, { limit: 10 }),
      ]);
      return [events, executions].map(({ items }) => items.map(({ objectId }) => Number(objectId)).sort());
    };

    it('deletes the events that were settled first, with their executions, and none that is open', async () => {
      for (const object of [1, 2, 3, 4]) await settleOne(object);
      await take(anEvent(5));
      assert.deepEqual(await prune({ keepSettled: 2 }), { pruned: 2, behind: 0, more: false });
      assert.deepEqual(await objects(), [
        [3, 4, 5],
        [3, 4, 5],
      ]);
      assert.deepEqual(await prune({ keepSettled: 2 }), { pruned: 0, behind: 0, more: false });
      const settledBefore = Date.now() + 60_000;
      assert.deepEqual(await prune({ settledBefore }), { pruned: 2, behind: 0, more: false });
      assert.deepEqual(await objects(), [[5], [5]]);
    });

    it('deletes keys by their age, and nothing else', async () => {
      await settleOne(1);
      await journal.accept([anEvent(2)], 1, { key: 'key', hash: 'hash' });
      assert.deepEqual(await prune({ keysBefore: at + 1 }), { pruned: 0, behind: 0, more: false });
      const again = await journal.accept([anEvent(2)], 1, { key: 'key', hash: 'hash' });
      assert.equal(again.outcome, 'accepted');
    });
  });

  it('gives each handler a number, once, and keeps it', async () => {
    const numbersOf = (handlers: readonly string[]) =>
      handlers.map((handler) => store.handlers.numberOf(handler));
    await store.handlers.number(['a', 'b', 'a']);
    assert.deepEqual(numbersOf(['a', 'b', 'c']), [1, 2, 0]);
    await store.handlers.save();
    await reopen();
    await store.handlers.number(['c', 'b']);
    assert.deepEqual(numbersOf(['c', 'b', 'a']), [3, 2, 1]);
  });

  it('keeps operators’ switches until they are taken back', async () => {
    const override = {
      status: 'disabled',
      by: 'ann',
      at: '2026-01-31T12:00:00.000Z',
      reason: 'noise',
    } as const;
    for (const handler of ['a', 'b']) store.handlers.override(handler, override);
    assert.deepEqual(store.handlers.overrideOf('a'), override);
    store.handlers.override('b', null);
    await store.handlers.save();
    await reopen();
    assert.deepEqual(
      ['a', 'b'].map((handler) => store.handlers.overrideOf(handler)),
      [override, null],
    );
  });

  it('keeps until when a switch holds, and who holds the registry as a whole', async () => {
    const hold = {
      status: 'held',
      by: 'ann',
      at: '2026-01-31T12:00:00.000Z',
      reason: 'maintenance',
      until: '2026-01-31T18:00:00.000Z',
    } as const;
    store.handlers.override('a', hold);
    store.handlers.override('b', hold);
    store.handlers.holdAll(hold);
    await store.handlers.save();
    await reopen();
    assert.deepEqual([store.handlers.overridden(), store.handlers.overrideOf('b')], [['a', 'b'], hold]);
    assert.deepEqual(store.handlers.hold(), hold);
    store.handlers.holdAll(null);
    await store.handlers.save();
    await reopen();
    assert.equal(store.handlers.hold(), null);
  });

  it('shows in its log what the journal has, and why what is parked waits', async () => {
    const { execution, seq } = await take(anEvent(1));
    await end(seq, parkedUncalled(execution));
    const { items } = await store.log.executions({}, { limit: 10 });
    assert.deepEqual(
      items.map(({ status, parkedFor, objectId }) => [status, parkedFor, objectId]),
      [['parked', 'retry', '1']],
    );
  });

  it('shows in its log what has been accepted, at each moment while it goes through the flow', async () => {
    const objects = 100;
    const all = Array.from({ length: 3 * objects }, (_, n) => anEvent(n % objects));
    await journal.accept(all, 0);
    const deliver = async ({ seq }: Pick<Emission, 'seq'>): Promise<void> => {
      const { execution } = await take(seq);
      await settle(seq, execution);
    };
    let flowing = true;
    const flow = async () => {
      for (;;) {
        const emitted = await journal.emitNext(8, ['event-node']);
        if (emitted.length === 0) break;
        await Promise.all(emitted.map(deliver));
      }
      flowing = false;
    };
    const look = async () => {
      while (flowing) {
        const { items } = await store.log.events({}, { limit: all.length });
        assert.equal(items.length, all.length);
      }
    };
    await Promise.all([flow(), look(), look()]);
    assert.equal((await store.log.counts()).waiting, 0);
  });

  it('finds by code and duration what was called, whatever came of it', async () => {
    const answers = [
      { code: 200, durationMs: 3 },
      { code: 404, durationMs: 40 },
      { code: 503, durationMs: 500 },
      { code: null, durationMs: 15_000 },
    ];
    for (const [object, answer] of answers.entries()) {
      const { seq, execution } = await take(anEvent(object));
      const change = succeeded(execution);
      assert.ok(change.attempt);
      await end(seq, { ...change, attempt: { ...change.attempt, ...answer } }, { plain: true });
    }
    const found = async (filter: object) => {
      const { items } = await store.log.executions(parseExecutionFilter(filter), { limit: 10 });
      return items.map(({ durationMs }) => durationMs).sort((a, b) => Number(a) - Number(b));
    };
    assert.deepEqual(await found({ code: '404' }), [40]);
    assert.deepEqual(await found({ code: '2xx,5xx' }), [3, 500]);
    assert.deepEqual(await found({ code: 'none' }), [15_000]);
    assert.deepEqual(await found({ code: '404,none', status: 'succeeded', handler: 'a' }), [40, 15_000]);
    assert.deepEqual(await found({ minDurationMs: 40, maxDurationMs: 500 }), [40, 500]);
    assert.deepEqual(await found({ code: '4xx', minDurationMs: 41 }), []);
  });

  it('tells how a handler does, by what was tried, whatever waits in front of it that was not', async () => {
    const { seq, execution } = await take(anEvent(0));
    const attempt = { startedAt: at + 5, durationMs: 70, code: 503, response: 'busy', error: 'no answer' };
    const change = { ...parkedUncalled(execution), nextAttemptAt: at + 9000, retries: 1 };
    const headers = { requestHeaders: null, responseHeaders: null, target: 'POST http://a' };
    await end(seq, { ...change, attempt: { ...attempt, ...headers } });
    const inFront = Array.from({ length: 500 }, (_, object) => object + 1);
    await Promise.all(
      inFront.map(async (object) => {
        const waits = await take(anEvent(object), { at: at + 10 });
        await end(waits.seq, parkedUncalled(waits.execution));
      }),
    );
    assert.deepEqual(await store.log.health(['a'], at), {
      a: {
        parked: 501,
        successRate: 0,
        p95Ms: 70,
        lastError: 'no answer',
        lastErrorAt: new Date(at + 5).toISOString(),
        lastSuccessAt: null,
        nextAttemptAt: new Date(at).toISOString(),
      },
    });
  });

  it('keeps alarms until they are over', async () => {
    const alarm = (watch: string, key: string, text: string | null) =>
      journal.saveAlarm({ watch, key, alarm: text });
    await Promise.all([
      alarm('w1', 'backlog', '{}'),
      alarm('w1', 'circuit a', '{"count":1}'),
      alarm('w2', 'backlog', '{}'),
      alarm('w1', 'backlog', null),
      alarm('w1', 'circuit a', '{"count":2}'),
    ]);
    await reopen();
    assert.deepEqual(
      journal.found.alarms.map((one) => ({ ...one })),
      [
        { watch: 'w1', key: 'circuit a', alarm: '{"count":2}' },
        { watch: 'w2', key: 'backlog', alarm: '{}' },
      ],
    );
  });

  describe('failures', () => {
    const target = { requestHeaders: null, responseHeaders: null, target: 'POST http://a' };
    const fails = (seq: number, error: string, code: number | null = null, handler = 'a') => ({
      ...{ seq, handler, status: 'failed' as const, attemptsBefore: 0 },
      attempt: { startedAt: at, durationMs: 3, code, response: 'no', error, ...target },
    });
    const range = { from: at - 60_000, to: at + 120_000, step: 60_000 };
    const groups = async (more = {}) =>
      (await store.log.failureGroups({ ...range, ...more })).items.map(
        ({ handler, kind, count, unresolved, waiting }) => [handler.id, kind, count, unresolved, waiting],
      );
    const failOne = async (object: number, error: string, code?: number) => {
      const { seq, execution } = await take(anEvent(object));
      await end(seq, fails(execution, error, code));
      return { seq, execution };
    };

    it('are grouped by handler and kind, the most first, with how many are open and how many are tried again', async () => {
      for (const object of [1, 2, 3]) await failOne(object, `client ${object} is locked`);
      await failOne(4, 'HTTP 500 Internal Server Error', 500);
      const waits = await take(anEvent(5, { eventType: 'clients.create' }));
      await end(waits.seq, {
        ...fails(waits.execution, 'HTTP 500', 500),
        status: 'parked',
        nextAttemptAt: at + 9,
      });
      const other = await take(anEvent(6), { links: [aLink('b')] });
      await end(other.seq, fails(other.execution, 'client 7 is locked', null, 'b'));
      await settleOne(7);
      const all = [
        ['a', 'client # is locked', 3, 3, 0],
        ['a', 'HTTP 500', 2, 1, 1],
        ['b', 'client # is locked', 1, 1, 0],
      ];
      assert.deepEqual(await groups(), all);
      assert.deepEqual(await groups({ handler: 'b' }), all.slice(2));
      assert.deepEqual(await groups({ eventType: 'clients.create' }), [['a', 'HTTP 500', 1, 0, 1]]);
      assert.deepEqual(await groups({ from: at + 1 }), []);
      const { items, from, step, complete } = await store.log.failureGroups(range);
      const { first, last, perStep, sample, handler } = items[0] ?? assert.fail('there is none');
      const when = new Date(at).toISOString();
      assert.deepEqual([first, last, perStep, sample], [when, when, [0, 3, 0], 'client 3 is locked']);
      assert.deepEqual(handler, aLink('a').handler);
      assert.deepEqual([from, step, complete], [new Date(range.from).toISOString(), 60, true]);
      assert.equal(items[1]?.sample, '500 · no');
    });

    it('are found in the log by their kind, exactly those, and no others are replayed', async () => {
      const made = [];
      for (const object of [1, 2, 3]) made.push(await failOne(object, `client ${object} is locked`));
      await failOne(4, 'client 5 is gone');
      await settleOne(6);
      const filter = { handler: 'a', kind: 'client # is locked' };
      const found = async (more: ExecutionFilter) =>
        (await store.log.executions({ ...filter, ...more }, { limit: 100 })).items.map(({ seq }) => seq);
      const all = made.map(({ execution }) => execution).reverse();
      assert.deepEqual(await found({}), all);
      assert.deepEqual(await found({ status: ['failed', 'succeeded'] }), all);
      assert.deepEqual(await found({ objectId: '2' }), all.slice(1, 2));
      assert.deepEqual(await found({ eventType: 'clients.create' }), []);
      for (const status of ['parked', 'running', 'succeeded', 'cancelled'] as const)
        assert.deepEqual(await found({ status: [status] }), []);
      const { kind } = filter;
      const anyone = await store.log.executions({ kind }, { limit: 100 });
      assert.deepEqual(
        anyone.items.map(({ seq }) => seq),
        all,
      );
      assert.equal((await store.log.replayCount({ ...filter, status: ['unresolved'] }, ['a'])).matched, 3);
      await journal.replay({ which: { executions: [all[0] ?? 0] }, callable: ['a'], at });
      assert.deepEqual(await found({ status: ['unresolved'] }), all.slice(1));
      assert.deepEqual((await groups())[0], ['a', kind, 3, 2, 0]);
    });

    it('are none any more once they succeed, and of another kind when they fail in another way', async () => {
      const { seq, execution } = await take(anEvent(1));
      await end(seq, { ...fails(execution, 'HTTP 503', 503), status: 'parked', nextAttemptAt: at });
      await journal.startParked('a', 1, at);
      await endParked(seq, { ...fails(execution, 'busy'), status: 'parked', nextAttemptAt: at });
      assert.deepEqual(await groups(), [['a', 'busy', 1, 0, 1]]);
      await journal.startParked('a', 1, at);
      await reopen();
      assert.deepEqual(
        (await groups()).map(([, ...rest]) => rest.slice(1)),
        [[1, 0, 1]],
        'a call that was cut off has failed, too',
      );
      await journal.startParked('a', 1, at + 99_999_999);
      await endParked(seq, succeeded(execution));
      assert.deepEqual(await groups(), []);
    });

    it('are told apart as far as there is room, the others together', async () => {
      const words = Array.from({ length: 1010 }, (_, n) =>
        [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join(''),
      );
      await Promise.all(words.map((word, object) => failOne(object, `it is ${word}`)));
      const { items, complete } = await store.log.failureGroups(range);
      assert.deepEqual([items[0]?.kind, items[0]?.count, items.length, complete], ['other', 10, 100, false]);
    });
  });

  it('keeps whatever characters an answer has as it can', async () => {
    const taken = await take(anEvent(1));
    const { attempt, ...change } = succeeded(taken.execution);
    assert.ok(attempt);
    const odd = '\0\0\0\r\ud800\ud800\udc00\udc00\\u0000\\\0"';
    // As of a program that Windows has ended.
    const answer = { ...attempt, code: 0xc0000005, response: odd, error: odd, sentBody: odd, target: odd };
    assert.deepEqual(await end(taken.seq, { ...change, attempt: answer }, { plain: true }), {
      stage: stage.succeeded,
      changed: [],
    });
    const shown = odd.toWellFormed().replaceAll('\0', '\ufffd');
    const { items } = await store.log.executions({}, { limit: 1 });
    assert.deepEqual(
      items.map(({ status, code, response, error }) => [status, code, response, error]),
      [['succeeded', 0xc0000005, shown, shown]],
    );
    const { attemptList } = await store.log.execution(items[0]?.id ?? '');
    assert.deepEqual(
      attemptList.map(({ response, error }) => [response, error]),
      [[shown, shown]],
    );
    await journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: odd }, 'closed');
    await reopen();
    assert.deepEqual(
      journal.found.circuits.map(({ error }) => error),
      [shown],
    );
  });

  it('keeps circuits that are not closed', async () => {
    await journal.saveCircuit({ handler: 'a', state: 'gone', since: at, error: 'HTTP 410 Gone' }, 'closed');
    await journal.saveCircuit({ handler: 'b', state: 'open', since: at, error: 'HTTP 500 · \0\0' }, 'closed');
    await journal.saveCircuit({ handler: 'b', state: 'closed', since: at, error: null }, 'open');
    await reopen();
    assert.deepEqual(
      journal.found.circuits.map((circuit) => ({ ...circuit })),
      [{ handler: 'a', state: 'gone', since: at, error: 'HTTP 410 Gone' }],
    );
  });
}
