import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { aHandler, anEnvelope, EngineBench } from '../../support/engine-bench.ts';
import { eventually } from '../../support/eventually.ts';

describe('a journal whose writer ends by itself', () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
  });
  afterEach(() => bench.end());

  it('is opened again by itself, and says meanwhile why it takes nothing', async () => {
    await bench.loseStore();
    assert.equal(bench.engine.state, 'error');
    assert.match(String(bench.engine.problem.text), /the journal's writer has ended.*: it is started again/);
    await assert.rejects(bench.engine.accept([anEnvelope(1)], 'event-node'), /it is started again/);
    await bench.reopened();
    assert.equal(bench.engine.problem.text, null);
    await bench.accept(anEnvelope(2));
    await bench.settle();
    assert.deepEqual(
      bench.called.map((call) => call.split(':')[0]),
      ['a', 'b'],
    );
  });

  it('has nobody called again whose answer came after its end', async () => {
    bench.behaviours.set('a', () => undefined);
    await bench.accept(anEnvelope(1));
    await bench.loseStore();
    await bench.answerAll();
    await bench.reopened();
    assert.deepEqual(bench.called, ['a:1', 'b:1']);
    assert.deepEqual(
      bench.select('select status, attempts from executions order by seq'),
      [
        { status: 3, attempts: 1 },
        { status: 3, attempts: 1 },
      ].map((row) => Object.assign(Object.create(null), row)),
    );
    assert.deepEqual(
      bench.passes.map(({ status, resumed }) => [status, resumed]),
      [['succeeded', undefined]],
    );
  });

  it('has a call repeated whose answer does not come in time, with the same id', async () => {
    bench.behaviours.set('a', () => undefined);
    await bench.accept(anEnvelope(1));
    await bench.loseStore();
    bench.behaviours.delete('a');
    await bench.advance(11_000);
    await bench.reopened();
    assert.deepEqual(bench.called, ['a:1', 'a:1', 'b:1']);
    assert.equal(bench.calls[0]?.webhookId, bench.calls[1]?.webhookId);
    assert.deepEqual(
      bench.passes.map(({ status }) => status),
      ['succeeded'],
    );
  });

  it('loses no event that was accepted, and has none taken twice', async () => {
    bench.flow = () => undefined;
    const ids = await bench.accept(...Array.from({ length: 50 }, (_, object) => anEnvelope(object)));
    await bench.loseStore();
    bench.flow = (event) => void bench.take(event);
    await bench.reopened();
    assert.deepEqual(new Set(bench.calls.map(({ eventId }) => eventId)), new Set(ids));
    assert.equal(bench.calls.length, 100);
  });

  it('gives a held message its outcome, even if the end of its first pass went unheard', async () => {
    bench.behaviours.set('b', () => undefined);
    await bench.accept(anEnvelope(1));
    const [, held] = bench.calls;
    // The answer's commit and the thread's end come together: the commit may be on disk, and nobody knows.
    held?.answer({});
    await bench.loseStore();
    await bench.reopened();
    assert.equal(bench.calls.length, 2);
    assert.deepEqual(
      bench.passes.map(({ status }) => status),
      ['succeeded'],
    );
  });

  it('says in such a message what each execution waits for', async () => {
    await bench.deploy([aHandler('a'), aHandler('b', { priority: 20, handlerStatus: 'held' })]);
    bench.behaviours.set('a', () => undefined);
    await bench.accept(anEnvelope(1));
    bench.calls[0]?.answer({});
    await bench.loseStore();
    await bench.reopened();
    assert.deepEqual(
      bench.passes.map(({ status, executions }) => [status, executions.map(({ parkedFor }) => parkedFor)]),
      [['parked', [null, 'held']]],
    );
  });

  for (const [when, answered] of [
    ['in the same moment', true],
    ['before it is opened again', false],
  ] as const)
    it(`calls nobody who has said ${when} that the receiver is gone`, async () => {
      const gone = { ok: false, code: 410, error: 'HTTP 410 Gone', gone: true };
      bench.behaviours.set('a', () => undefined);
      await bench.accept(anEnvelope(1));
      if (answered) bench.calls[0]?.answer(gone);
      await bench.loseStore();
      bench.calls[0]?.answer(gone);
      await bench.reopened();
      assert.equal(bench.engine.circuitOf('a').state, 'gone');
      bench.behaviours.set('a', () => ({}));
      await bench.accept(anEnvelope(2));
      assert.deepEqual(
        bench.called.filter((call) => call.startsWith('a')),
        ['a:1'],
      );
      assert.deepEqual(
        bench.logged.filter((line) => !line.includes("journal's writer has ended")),
        [],
      );
    });

  it('keeps a circuit closed that an operator has closed in that moment', async () => {
    bench.behaviours.set('a', () => ({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true }));
    await bench.accept(anEnvelope(1));
    const operator = await bench.engine.operator();
    const closing = operator
      .closeCircuit('a')
      .catch((error: Error) => assert.match(String(error), /is closed, but/));
    await bench.loseStore();
    await closing;
    await bench.reopened();
    assert.equal(bench.engine.circuitOf('a').state, 'closed');
  });
});

describe('a journal whose folder is deleted while it is open', () => {
  it('is written anew, with what waits and what operators have switched', async () => {
    const bench = new EngineBench();
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    await (await bench.engine.operator()).switch('b', 'disabled', 'ann', null);
    bench.flow = () => undefined;
    const [id] = await bench.accept(anEnvelope(1));
    rmSync(bench.folder, { recursive: true });
    await eventually('it is noticed', () => bench.engine.state === 'error');
    assert.match(String(bench.engine.problem.text), /was deleted or moved away while it was in use/);
    bench.flow = (event) => void bench.take(event);
    await eventually('it is open again', async () => {
      await bench.advance(1000);
      return bench.engine.state === 'ready';
    });
    // Beside the journal, registry.json is written anew, which settling does not wait for.
    await eventually('it is called', () => bench.calls.length > 0);
    await bench.settle();
    assert.equal(bench.calls[0]?.eventId, id);
    assert.deepEqual(bench.called, ['a:1']);
    assert.match(
      String(bench.engine.problem.text),
      /registry\.json was missing; .* switches were rebuilt from the journal: b disabled/,
    );
    await bench.end();
  });
});

describe('a folder that does not answer', () => {
  it('is an error after a while, and is taken into use when it answers after all', async () => {
    const bench = new EngineBench();
    const answer = Promise.withResolvers<void>();
    bench.opening = answer.promise;
    const started = bench.start([aHandler('a')]).catch((error: Error) => error);
    const refused = bench.engine.accept([anEnvelope(1)], 'event-node').catch((error: Error) => error);
    await bench.time.advance(14_000);
    assert.equal(bench.engine.state, 'starting');
    await bench.time.advance(2000);
    assert.equal(bench.engine.state, 'error');
    assert.match(
      String(await refused),
      /Unavailable: the folder .* has not answered for 15 s: check that its disk/,
    );
    assert.match(String(await started), /has not answered/);
    await assert.rejects(bench.engine.accept([anEnvelope(1)], 'event-node'), { name: 'Unavailable' });
    answer.resolve();
    await eventually('it is open', () => bench.engine.state === 'ready');
    assert.equal(bench.engine.problem.text, null);
    await bench.accept(anEnvelope(1));
    assert.deepEqual(bench.called, ['a:1']);
    await bench.end();
  });
});
