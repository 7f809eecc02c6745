import { strict as assert } from 'node:assert';
import { probeInterval } from '../../../../src/engine/rules/circuit.ts';
import type { Work } from '../../../../src/engine/store/journal/work.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { Unavailable } from '../../../../src/engine/words/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';
import { aLink, anEvent, aPass, aTake, succeeded } from '../store-contract.ts';

const lease = 1000;
const at = 1_700_000_000_000;
const nodes = ['event-node'];
const having = (...handlers: readonly string[]) => new Map(handlers.map((id) => [id, 16]));

/** A store that another one shares, and the way to its server. */
class Participant {
  readonly store: Store;
  readonly proxy: TcpProxy;
  readonly told: Work[] = [];

  static async join(schema: string): Promise<Participant> {
    const url = new URL((await sharedPostgres()).url);
    const proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    return new Participant(await openPostgres(url.href, schema, { lease }), proxy);
  }

  private constructor(store: Store, proxy: TcpProxy) {
    this.store = store;
    this.proxy = proxy;
    store.journal.onWork((work) => this.told.push(work));
    this.told.length = 0;
  }

  get journal() {
    return this.store.journal;
  }

  async accept(object: number, emit = 1): Promise<number> {
    const accepted = await this.journal.accept([anEvent(object)], emit);
    return accepted.outcome === 'accepted' ? (accepted.events[0]?.seq ?? 0) : 0;
  }

  async take(seq: number, changes = {}): Promise<number> {
    const taken = await this.journal.take(aTake(seq, changes));
    return taken.outcome === 'taken' ? (taken.chain[0] ?? 0) : 0;
  }

  async emitted(): Promise<readonly number[]> {
    return (await this.journal.emitNext(10, nodes)).map(({ seq }) => seq);
  }

  async leave(): Promise<void> {
    await this.store.close();
    await this.proxy.close();
  }
}

describe('instances that share a store in PostgreSQL', () => {
  let schemas = 0;
  let schema: string;
  let one: Participant;
  let other: Participant;

  beforeEach(async () => {
    schemas += 1;
    schema = `shared_${schemas}`;
    one = await Participant.join(schema);
    other = await Participant.join(schema);
  });
  afterEach(() => Promise.all([one.leave(), other.leave()]));

  const seenBy = ({ store }: Participant) => store.instances?.list().filter(({ dead }) => !dead).length;
  const bothSeen = () => eventually('both are seen', () => seenBy(one) === 2 && seenBy(other) === 2);
  const stageOf = async (seq: number) => {
    const { items } = await other.store.log.events({}, { limit: 10 });
    return items.find(({ id }) => id.endsWith(`-${seq}`))?.status;
  };

  it('see each other until one leaves', async () => {
    await bothSeen();
    await one.store.close();
    await eventually('it has left', () => seenBy(other) === 1);
  });

  describe('of which one could not keep a switch', () => {
    const by = (name: string, status: 'held' | 'disabled' = 'disabled') => ({
      status,
      by: name,
      at: new Date(at).toISOString(),
      reason: null,
    });
    const switchedBy = ({ store }: Participant, handler = 'a') => store.handlers.overrideOf(handler)?.by;
    /** The connection is cut while it is written. */
    const failToSwitch = async (meanwhile: () => Promise<unknown>) => {
      one.store.handlers.override('a', by('one'));
      one.proxy.cut();
      await assert.rejects(one.store.handlers.save());
      await meanwhile();
      one.proxy.restore();
    };

    it('keep it as soon as they can', async () => {
      await failToSwitch(async () => undefined);
      await eventually('it is known', () => switchedBy(other) === 'one');
      assert.equal(switchedBy(one), 'one');
    });

    it('follow what another has switched since then', async () => {
      await failToSwitch(async () => {
        other.store.handlers.override('a', by('other', 'held'));
        await other.store.handlers.save();
      });
      await eventually('it is known', () => switchedBy(one) === 'other');
      one.store.handlers.override('b', by('one'));
      await one.store.handlers.save();
      await eventually('that one is known', () => switchedBy(other, 'b') === 'one');
      assert.equal(switchedBy(other), 'other');
      other.store.handlers.override('a', null);
      await other.store.handlers.save();
      await eventually('it is switched back', () => switchedBy(one) === undefined);
    });
  });

  it('take nobody for dead because the clock of the database jumps', async () => {
    await bothSeen();
    const connection = await Connection.open({ connectionString: (await sharedPostgres()).url }, schema);
    // Both have beaten for long enough to judge others.
    await new Promise((resolve) => setTimeout(resolve, 1.5 * lease));
    for (let n = 0; n < 20; n += 1) {
      await connection.query("update beats set seen_at = clock_timestamp() - interval '1 hour'");
      await new Promise((resolve) => setTimeout(resolve, lease / 20));
      assert.deepEqual([seenBy(one), seenBy(other)], [2, 2]);
    }
    await connection.close();
  });

  it('emit each what they have accepted, while they live', async () => {
    await bothSeen();
    const seq = await one.accept(1, 0);
    assert.deepEqual(await other.emitted(), []);
    assert.deepEqual(await one.emitted(), [seq]);
  });

  it('hold an event back behind the one of its object at another, and let it go where its message is', async () => {
    await bothSeen();
    const first = await one.accept(1);
    const second = await other.accept(1);
    assert.deepEqual(await other.emitted(), []);
    const execution = await one.take(first);
    other.told.length = 0;
    await one.journal.endTurn({
      event: first,
      change: succeeded(execution),
      pass: aPass({ plain: true }),
      at,
      emit: true,
    });
    await eventually('it is told', () => other.told.some(({ ready }) => ready));
    assert.deepEqual(await one.emitted(), []);
    assert.deepEqual(await other.emitted(), [second]);
  });

  it('go on with what a dead one had accepted, had out in the flow and was running', async () => {
    await bothSeen();
    const ready = await one.accept(1, 0);
    const out = await one.accept(2);
    const taken = await one.accept(3);
    await one.take(taken);
    other.told.length = 0;
    one.proxy.cut();
    await eventually('its call was interrupted', () => other.told.some(({ due }) => due.includes('a')));
    const emitted: number[] = [];
    await eventually('both are put back', async () => {
      emitted.push(...(await other.emitted()));
      return emitted.length === 2;
    });
    assert.deepEqual(emitted, [ready, out]);
    const { started } = await other.journal.startNext('a', 10, at);
    assert.deepEqual(
      started.map(({ seq }) => seq),
      [taken],
    );
    assert.match(String(started[0]?.executions[0]?.error), /^Node-RED ended while/);
    await eventually('it is forgotten', () => other.store.instances?.list().length === 1);
  });

  it('go on with what a dead one had accepted, however much it is, without writing it anew', async () => {
    await bothSeen();
    for (let n = 0; n < 3; n += 1) {
      const events = Array.from({ length: 1000 }, (_, m) => anEvent(1000 * n + m));
      await one.journal.accept(events, 0);
    }
    const connection = await Connection.open({ connectionString: (await sharedPostgres()).url }, schema);
    const waiting = async () => {
      const counts = await connection.query(
        'select home, count(*) as n, max(xmin::text::bigint) as last from events where stage = 1 group by home',
      );
      return counts.map((row) => ({ ...row }));
    };
    const before = await waiting();
    other.told.length = 0;
    await one.store.close();
    await eventually('it is told', () => other.told.some(({ ready }) => ready));
    await eventually('it is forgotten', () => other.store.instances?.list().length === 1);
    assert.deepEqual(await waiting(), before);
    assert.equal((await other.emitted()).length, 10);
    assert.deepEqual(
      (await waiting()).map(({ n }) => n),
      [2990],
    );
    await connection.close();
  });

  it('let go what became ready for one who was forgotten by then', async () => {
    await bothSeen();
    const seq = await one.accept(1, 0);
    const { url } = await sharedPostgres();
    const connection = await Connection.open({ connectionString: url }, schema);
    await connection.query('update events set home = 4711');
    await connection.close();
    await eventually('it is emitted', async () => (await other.emitted()).includes(seq));
  });

  it('keep out one that was taken for dead', async () => {
    await bothSeen();
    const seq = await one.accept(1);
    one.proxy.holdUp(true);
    await eventually('it is dead', () => seenBy(other) === 1);
    one.proxy.restore();
    await assert.rejects(one.take(seq), Unavailable);
    assert.match((await one.store.lost).message, /took this one for dead|can not be reached/);
    await eventually('it is put back', async () => (await other.emitted()).includes(seq));
  });

  it('run for each other what one lacks the handler of', async () => {
    one.store.instances?.equip(having('b'), nodes);
    other.store.instances?.equip(having('a', 'b'), nodes);
    await bothSeen();
    const seq = await one.accept(1);
    await one.take(seq, { links: [aLink('a')], start: false });
    await eventually('it is told', () => other.told.some(({ due }) => due.includes('a')));
    assert.equal((await other.journal.startNext('a', 10, at)).started.length, 1);
    assert.equal(await stageOf(seq), 'running');
  });

  it('leave events of nobody to those who have their node', async () => {
    one.store.instances?.equip(having(), nodes);
    other.store.instances?.equip(having(), ['other-node']);
    await bothSeen();
    const third = await Participant.join(schema);
    const seq = await third.accept(1, 0);
    await third.leave();
    await eventually('it is told', () => one.told.some(({ ready }) => ready));
    assert.deepEqual(await other.journal.emitNext(10, ['other-node']), []);
    assert.deepEqual(await one.emitted(), [seq]);
  });

  const park = async (count: number) => {
    for (let object = 0; object < count; object += 1) {
      const seq = await one.accept(object);
      const execution = await one.take(seq);
      const change = { ...succeeded(execution), status: 'parked', nextAttemptAt: at } as const;
      await one.journal.endTurn({ event: seq, change, pass: aPass(), at, emit: false });
    }
  };

  it('leave a circuit to the one that tries it, until it says that this is over', async () => {
    await bothSeen();
    await park(3);
    await one.journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: null }, 'closed');
    const [tried] = (await one.journal.startParked('a', 1, at, 0)).started;
    const probed = { execution: tried?.execution, at };
    const later = at + probeInterval;
    const elsewhere = await other.journal.startParked('a', 1, later, 0);
    assert.deepEqual([elsewhere.started, elsewhere.probedElsewhere], [[], probed]);
    await one.store.instances?.endProbe('a', 'HTTP 503');
    assert.equal((await other.journal.startParked('a', 1, later, tried?.execution)).started.length, 1);
  });

  it('try no circuit that another one has closed, before they have heard of it', async () => {
    await bothSeen();
    await park(2);
    await one.journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: null }, 'closed');
    assert.equal((await one.journal.startParked('a', 1, at, 0)).started.length, 1);
    await one.journal.saveCircuit({ handler: 'a', state: 'closed', since: at, error: null }, 'open');
    const { started, probedElsewhere } = await other.journal.startParked('a', 1, at, 0);
    assert.deepEqual([started, probedElsewhere], [[], { execution: 0, at }]);
  });

  it('run each parked execution once, whoever looks for it', async () => {
    await bothSeen();
    const parked = 40;
    await park(parked);
    const looks = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).journal.startParked('a', 7, at)),
    );
    const started = looks.flatMap((look) => look.started.map(({ execution }) => execution));
    assert.equal(started.length, parked);
    assert.equal(new Set(started).size, parked);
  });
});
