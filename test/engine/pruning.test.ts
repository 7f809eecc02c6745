import { strict as assert } from 'node:assert';
import { aHandler, anEnvelope, EngineBench } from '../support/engine-bench.ts';

const day = 86_400_000;

describe('the journal’s retention', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const events = () =>
    bench.select<{ seq: number }>('select seq from events order by seq').map(({ seq }) => seq);
  const many = (count: number) => Array.from({ length: count }, (_, object) => anEnvelope(object));

  it('prunes settled events that are older than retentionDays, with their executions', async () => {
    bench.config = { id: 'registry', retentionDays: 2 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(3));
    await bench.advance(day);
    await bench.accept(...many(2));
    await bench.advance(1.5 * day);
    assert.deepEqual(events(), [4, 5]);
    assert.equal(bench.select('select 1 from executions').length, 2);
  });

  it('keeps retentionEvents settled events, the newest', async () => {
    bench.config = { id: 'registry', retentionDays: 0, retentionEvents: 10 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(450));
    await bench.advance(120_000);
    assert.deepEqual(
      events(),
      Array.from({ length: 10 }, (_, index) => 441 + index),
    );
  });

  it('keeps everything when both are 0, and what waits in any case', async () => {
    bench.config = { id: 'registry', retentionDays: 0, retentionEvents: 0 };
    await bench.start([aHandler('a')]);
    await bench.accept(...many(5));
    await bench.advance(2 * day);
    assert.equal(events().length, 5);

    bench.engine.configure({
      ...bench.engine.config,
      retentionDays: 1,
      retentionEvents: 1,
      claimSeconds: 86_400,
    });
    bench.flow = () => undefined;
    bench.engine.pause();
    await bench.accept(...many(3));
    await bench.advance(2 * day);
    assert.equal(events().length, 3);
  });
});
