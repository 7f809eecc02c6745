import { strict as assert } from 'node:assert';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExecutionRow, MissingHandler } from '../../src/engine/words/execution.ts';
import { RunningStatus } from '../../src/runtime/running-status.ts';
import { Waiting, type Waits } from '../../src/runtime/waiting.ts';

type Told = Partial<Omit<ExecutionRow, 'handler'>>;

/** A registry whose journal counts what it is told, and counts how often it is asked. */
class Counted {
  parked = 0;
  asked = 0;
  newest: Told = {};
  circuit: string | null = null;
  missing: MissingHandler | null = null;
  observer: ((row: ExecutionRow) => void) | undefined;
  readonly news = {
    observe: (observer: (row: ExecutionRow) => void) => {
      this.observer = observer;
      return () => {
        this.observer = undefined;
      };
    },
  };

  async log() {
    this.asked += 1;
    return {
      counts: async () => ({ parked: this.parked }),
      executions: async () => ({ items: [this.row(this.newest)] }),
    };
  }

  circuitOf() {
    return { error: this.circuit };
  }

  row(told: Told): ExecutionRow {
    const handler = { id: 'crm', number: 1, name: 'CRM', type: 'http', priority: 1 };
    return {
      status: 'parked',
      parkedFor: 'retry',
      code: null,
      error: null,
      ...told,
      handler,
    } as ExecutionRow;
  }

  become(parked: number, told: Told): void {
    this.parked = parked;
    this.observer?.(this.row(told));
  }
}

describe('what waits in a registry', () => {
  let registry: Counted;
  let told: readonly (Waits | null)[];
  const waits = () => told.at(-1);
  let waiting: Waiting;
  let end: () => void;

  const pass = async (ms = 1000) => {
    mock.timers.tick(ms);
    for (let n = 0; n < 5; n += 1) await turn();
  };
  beforeEach(async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    registry = new Counted();
    told = [];
    waiting = new Waiting(
      registry as unknown as ConstructorParameters<typeof Waiting>[0],
      () => registry.missing,
    );
    end = waiting.observe((now) => {
      told = [...told, now];
    });
    await pass();
  });
  afterEach(() => {
    end();
    mock.timers.reset();
  });

  it('is counted once while nothing parks, however much is delivered', async () => {
    for (let n = 0; n < 1000; n += 1) registry.become(0, { status: 'succeeded' });
    await pass();
    assert.deepEqual([waits(), registry.asked], [null, 1]);
  });

  it('is told with the newest cause, and counted once however many park', async () => {
    for (let n = 1; n <= 1000; n += 1) registry.become(n, { code: n % 2 ? 500 : 503, error: 'HTTP' });
    await pass();
    assert.deepEqual(waits(), { count: 1000, cause: 'HTTP 503', parkedFor: 'retry' });
    assert.equal(registry.asked, 2);
    registry.become(1001, { parkedFor: 'held' });
    await pass();
    assert.deepEqual(waits(), { count: 1001, cause: null, parkedFor: 'held' });
    registry.circuit = '502 · bad gateway';
    registry.become(1002, { parkedFor: 'circuit' });
    await pass();
    assert.equal(waits()?.cause, 'HTTP 502');
    const refused = 'crm.example:8080 refused the connection (10.0.0.7:8080): is the service running?';
    registry.become(1002, { error: refused });
    await pass();
    assert.equal(waits()?.cause, 'refused the connection (10.0.0.7:8080): is the service running?');
  });

  it('is told by what it waits for now, once handlers were deployed or switched', async () => {
    registry.become(1, { code: 500, error: 'HTTP 500' });
    await pass();
    registry.newest = { parkedFor: 'missing' };
    registry.missing = { why: 'refused', problem: 'handler "CRM": url: is missing: the URL to call' };
    waiting.judge();
    await pass();
    assert.deepEqual(waits(), { count: 1, cause: null, parkedFor: 'refused' });
  });

  it('is not asked for again by a deploy where nothing waits', async () => {
    waiting.judge();
    await pass();
    assert.equal(registry.asked, 1);
  });

  it('is over when the last one is delivered or cancelled, and not before', async () => {
    registry.become(2, { code: 500, error: 'HTTP 500' });
    await pass();
    registry.become(1, { status: 'succeeded' });
    await pass();
    assert.equal(waits()?.count, 1);
    registry.become(0, { status: 'cancelled' });
    await pass();
    assert.equal(waits(), null);
  });

  it('is found in the journal after a restart, with its cause', async () => {
    end();
    registry.parked = 7;
    registry.newest = { code: 404, error: 'HTTP 404 Not Found' };
    waiting = new Waiting(
      registry as unknown as ConstructorParameters<typeof Waiting>[0],
      () => registry.missing,
    );
    end = waiting.observe((now) => {
      told = [...told, now];
    });
    await pass();
    assert.deepEqual(waits(), { count: 7, cause: 'HTTP 404', parkedFor: 'retry' });
  });
});

describe('the canvas', () => {
  const keys: Readonly<Record<string, string>> = { waits: '__number__ waits', wait: '__number__ wait' };

  /** What is shown of it, by an executor whose texts are these. */
  function shown(waits: Waits): string {
    const texts: string[] = [];
    const translate = (key: string, values: { number: string }) =>
      (keys[key.split('.').at(-1) ?? ''] ?? 'held').replace('__number__', values?.number);
    const status = new RunningStatus({ _: translate } as unknown as ConstructorParameters<
      typeof RunningStatus
    >[0]);
    status.waits(waits);
    status.showAt({ status: ({ text }: { text: string }) => texts.push(text) } as never);
    return texts.at(-1) ?? '';
  }

  it('has room for a brief cause, which is cut between words', () => {
    const of = (count: number, cause: string | null) => shown({ count, cause, parkedFor: 'held' });
    assert.equal(of(1, 'HTTP 404'), '1 waits: HTTP 404');
    assert.equal(of(12, null), '12 wait: held');
    assert.equal(of(1, 'refused the connection'), '1 waits: refused…');
    assert.equal(of(1, 'no answer from crm.example within 15 s'), '1 waits: no answer…');
    assert.equal(of(1, 'Donaudampfschifffahrt'), '1 waits: Donaudampf…');
    for (const count of [1, 100, 1_000_000, 100_000_000])
      assert.ok(of(count, 'one two three four five').length <= 20);
  });
});
