import assert from 'node:assert/strict';
import { type Emissions, type EmittedEvent, emissionsOn } from '../../../src/engine/delivery/emissions.ts';
import type { Emission } from '../../../src/engine/store/journal/work.ts';
import { Ids } from '../../../src/engine/words/ids.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const emission = (seq: number, node = 'n1', payload = `{"seq":${seq}}`): Emission => ({
  seq,
  node,
  payload,
  eventType: 'clients.create',
  objectId: String(seq),
});
const emissions = (count: number, node = 'n1') =>
  Array.from({ length: count }, (_, index) => emission(index + 1, node));

/** What the window asks of the journal; it answers from what a test has laid in it. */
class FakeJournal {
  readonly asked: string[] = [];
  ready: Emission[] = [];
  emitted: Emission[] = [];
  /** What those that leave unclaimed let go out. */
  behind: Emission[] = [];
  tell: (emitted: Emission) => void = () => undefined;
  trouble: Error | undefined;

  async emitNext(
    limit: number,
    nodes: readonly string[],
    off: readonly string[],
  ): Promise<readonly Emission[]> {
    this.#ask(`emitNext ${limit} of ${nodes}`);
    // Each node has its share, so that fewer than asked for are not the last.
    const share = Math.ceil(limit / nodes.length);
    const own = nodes.flatMap((node) => this.ready.filter((one) => one.node === node).slice(0, share));
    const known = [...nodes, ...off];
    const others = this.ready.filter(({ node }) => !known.includes(node ?? ''));
    const next = [...own, ...others].slice(0, limit);
    this.ready = this.ready.filter((one) => !next.includes(one));
    this.emitted.push(...next);
    return next;
  }

  async recall(events?: readonly number[]): Promise<void> {
    this.#ask(events ? `recall ${events}` : 'recall');
    const back = this.emitted.filter(({ seq }) => events?.includes(seq) ?? true);
    this.emitted = this.emitted.filter((one) => !back.includes(one));
    this.ready = [...back, ...this.ready];
  }

  async unclaim(events: readonly number[], emit: number): Promise<void> {
    this.#ask(`unclaim ${events} with ${emit}`);
    this.emitted = this.emitted.filter(({ seq }) => !events.includes(seq));
    this.emitted.push(...this.behind);
    for (const emitted of this.behind.splice(0)) this.tell(emitted);
  }

  #ask(what: string): void {
    this.asked.push(what);
    if (this.trouble) throw this.trouble;
  }
}

describe('the emission window', () => {
  const claimMs = 60_000;
  let time: VirtualTime;
  let journal: FakeJournal;
  let out: EmittedEvent[];
  let emitters: Map<string, (event: EmittedEvent) => void>;
  let errors: unknown[];
  let window: Emissions;

  beforeEach(() => {
    time = new VirtualTime();
    journal = new FakeJournal();
    out = [];
    emitters = new Map([['n1', (event) => void out.push(event)]]);
    errors = [];
    window = emissionsOn({
      journal,
      ids: new Ids('a1'),
      time,
      emitters,
      claimMs: () => claimMs,
      onError: (error) => void errors.push(error),
    });
    journal.tell = (emitted) => window.emit(emitted);
  });
  afterEach(() => assert.deepEqual(errors, journal.trouble ? errors : []));

  /** Opens the window, with whatever the journal has. */
  const open = async (ready: Emission[] = [], executors = true, off: string[] = []) => {
    journal.ready = ready;
    await window.resume(executors, off);
    await time.advance(0);
  };
  const seqsOut = () => out.map(({ seq }) => seq);
  /** As an event node's acceptance does: a slot, the journal's write, the emission. */
  const accept = (one: Emission) => {
    const slot = window.reserve(1);
    if (slot.slots > 0) {
      journal.emitted.push(one);
      window.emit(one);
    }
    slot.release();
    return slot.slots > 0;
  };

  describe('sends events out', () => {
    it('through the node that accepted each', async () => {
      const others: number[] = [];
      emitters.set('n2', ({ seq }) => void others.push(seq));
      await open([emission(1), emission(2, 'n2'), emission(3)]);
      assert.deepEqual([seqsOut(), others], [[1, 3], [2]]);
    });

    it('not before flows run', async () => {
      journal.ready = emissions(3);
      window.wake();
      assert.equal(accept(emission(4)), false);
      await time.advance(claimMs);
      assert.deepEqual([out, journal.asked], [[], []]);
    });

    it('not while their event node is switched off, and as soon as it is back', async () => {
      emitters.clear();
      await open(emissions(3), true, ['n1']);
      await time.advance(10 * claimMs);
      assert.equal(journal.ready.length, 3);
      emitters.set('n1', (event) => void out.push(event));
      window.pause();
      await window.resume(true);
      await time.advance(0);
      assert.deepEqual(seqsOut(), [1, 2, 3]);
    });

    it('in turn, where several nodes wait for a single slot', async () => {
      const others: number[] = [];
      emitters.set('n2', ({ seq }) => void others.push(seq));
      await open([...emissions(1500), emission(2001, 'n2'), emission(2002, 'n2')]);
      for (let seq = 1; seq <= 8; seq += 1) {
        window.leave(seq);
        await time.advance(0);
      }
      assert.deepEqual(others, [2001, 2002]);
    });

    it('and survives what sending throws: that one is unclaimed', async () => {
      emitters.set('n2', () => {
        throw new Error('can not be copied');
      });
      await open([emission(1), emission(2, 'n2'), emission(3)]);
      assert.deepEqual([seqsOut(), errors.splice(0).map(String)], [[1, 3], ['Error: can not be copied']]);
      await time.advance(claimMs);
      assert.deepEqual(journal.emitted, []);
    });

    it('until there are no more, although a node may not have its share', async () => {
      emitters.set('n2', () => assert.fail('it has accepted nothing'));
      await open(emissions(250));
      assert.equal(out.length, 250);
    });

    it('that become ready later', async () => {
      await open();
      journal.ready = [emission(1)];
      window.wake();
      await time.advance(0);
      assert.deepEqual(seqsOut(), [1]);
    });

    it('at once when they are accepted and there is room', async () => {
      await open();
      assert.equal(accept(emission(1)), true);
      assert.deepEqual(seqsOut(), [1]);
    });
  });

  describe('holds 1000 events', () => {
    it('and sends no more until one is taken', async () => {
      await open(emissions(1500));
      assert.equal(out.length, 1000);
      assert.deepEqual([window.reserve(5).slots, journal.ready.length], [0, 500]);
      window.leave(7);
      await time.advance(0);
      assert.deepEqual([out.length, out.at(-1)?.seq], [1001, 1001]);
    });

    it('and no more than that with slots set aside', async () => {
      await open();
      const slot = window.reserve(990);
      journal.ready = emissions(100);
      window.wake();
      await time.advance(0);
      assert.deepEqual([slot.slots, out.length], [990, 10]);
      slot.release();
      window.look();
      await time.advance(0);
      assert.equal(out.length, 100);
    });

    it('and gives newer events no slot while older ones wait for theirs', async () => {
      await open(emissions(1001));
      window.leave(1);
      assert.equal(window.reserve(1).slots, 0);
      await time.advance(0);
      assert.equal(seqsOut().at(-1), 1001);
    });

    it('or fewer whose envelopes fill 64 MiB', async () => {
      const large = ' '.repeat(16 * 1024 * 1024);
      await open();
      for (let seq = 1; seq <= 4; seq += 1) assert.equal(accept(emission(seq, 'n1', large)), true);
      assert.equal(accept(emission(5)), false);
      window.leave(1);
      assert.equal(accept(emission(5)), true);
    });
  });

  describe('lends the place of an event that the flow has dropped', () => {
    /** A node has a message of each event, and is done with it at once. */
    const drop = async (ready: Emission[]) => {
      emitters.set('n1', (event) => {
        out.push(event);
        window.traceOf(event.seq)?.begin();
        window.traceOf(event.seq)?.end();
      });
      await open(ready);
    };
    const more = async (from: number, count: number) => {
      journal.ready = emissions(from + count - 1).slice(from - 1);
      window.wake();
      await time.advance(0);
    };

    it('not before dropped ones have proved to be: their messages may be held unseen', async () => {
      await drop(emissions(2500));
      assert.equal(out.length, 1000);
    });

    it('to 16 others for each that has', async () => {
      await drop(emissions(10));
      await time.advance(claimMs);
      await more(11, 2500);
      assert.equal(out.length, 10 + 1000 + 160);
      assert.equal(window.payloadOf(11), '');
      await time.advance(claimMs);
      assert.equal(out.length, 2510);
    });

    it('also where their envelopes are large', async () => {
      const large = ' '.repeat(16 * 1024 * 1024);
      await drop([]);
      for (let seq = 1; seq <= 8; seq += 1) {
        assert.equal(accept(emission(seq, 'n1', large)), true);
        await time.advance(0);
      }
    });

    it('but not while a node has a message of it, or hands one on', async () => {
      await drop(emissions(10));
      await time.advance(claimMs);
      emitters.set('n1', (event) => {
        out.push(event);
        const trace = window.traceOf(event.seq);
        trace?.begin();
        trace?.begin();
        trace?.end();
        trace?.end();
        trace?.begin();
      });
      await more(11, 1500);
      assert.equal(out.length, 1010);
      window.traceOf(11)?.end();
      await time.advance(0);
      assert.equal(out.length, 1011);
    });

    it('no more once a message has come back from its end', async () => {
      await drop(emissions(10));
      await time.advance(claimMs);
      await more(11, 1100);
      window.traceOf(11)?.begin();
      await more(1111, 10);
      assert.equal(out.length, 1110);
    });
  });

  describe('of an event node that is gone', () => {
    it('gives events up as unclaimed when their time is over, and holds up nobody else', async () => {
      await open([...emissions(1500, 'gone'), emission(2001), emission(2002)]);
      assert.deepEqual(seqsOut(), [2001, 2002]);
      assert.equal(journal.emitted.length, 1502);
      await time.advance(claimMs);
      assert.deepEqual(
        journal.emitted.filter(({ node }) => node === 'gone'),
        [],
      );
    });
  });

  describe('knows an event that is out', () => {
    it('with its envelope as it was emitted, until it is taken', async () => {
      await open([emission(1)]);
      assert.equal(window.payloadOf(1), '{"seq":1}');
      window.leave(1);
      assert.equal(window.payloadOf(1), undefined);
    });

    it('while flows stop: it may still be taken', async () => {
      await open([emission(1)]);
      window.pause();
      assert.equal(window.payloadOf(1), '{"seq":1}');
    });
  });

  describe('gives an event up as unclaimed', () => {
    it('when nobody has taken it within its time', async () => {
      await open([emission(1), emission(2)]);
      window.leave(2);
      await time.advance(claimMs - 1);
      assert.equal(
        journal.asked.some((what) => what.startsWith('unclaim')),
        false,
      );
      await time.advance(1);
      assert.ok(journal.asked.includes('unclaim 1 with 1'));
      assert.equal(window.payloadOf(1), undefined);
    });

    it('each in its own time', async () => {
      await open([emission(1)]);
      await time.advance(claimMs / 2);
      accept(emission(2));
      await time.advance(claimMs / 2);
      assert.deepEqual([window.payloadOf(1), window.payloadOf(2)], [undefined, '{"seq":2}']);
      await time.advance(claimMs / 2);
      assert.equal(window.payloadOf(2), undefined);
    });

    it('not while there is no executor, and counts on when one comes', async () => {
      await open([emission(1)], false);
      await time.advance(10 * claimMs);
      assert.equal(window.payloadOf(1), '{"seq":1}');
      window.claimable(true);
      await time.advance(claimMs / 2);
      window.claimable(false);
      await time.advance(10 * claimMs);
      assert.equal(window.payloadOf(1), '{"seq":1}');
      window.claimable(true);
      await time.advance(claimMs / 2);
      assert.equal(window.payloadOf(1), undefined);
    });

    it('not while flows are stopped, whoever is there', async () => {
      await open([emission(1)]);
      window.pause();
      window.claimable(true);
      await time.advance(10 * claimMs);
      assert.equal(window.payloadOf(1), '{"seq":1}');
    });

    it('and sends out the one behind it, in the slot that it leaves', async () => {
      await open([emission(1)]);
      journal.behind = [emission(2)];
      await time.advance(claimMs);
      assert.deepEqual(seqsOut(), [1, 2]);
    });

    it('and fills its place from the journal', async () => {
      await open(emissions(1001));
      await time.advance(claimMs);
      assert.deepEqual([out.at(-1)?.seq, window.payloadOf(1001)], [1001, '{"seq":1001}']);
    });

    it('again when the journal could not take it', async () => {
      await open([emission(1)]);
      journal.trouble = new Error('the disk is full');
      await time.advance(claimMs);
      assert.equal(errors.length, 1);
      assert.equal(journal.emitted.length, 1);
      journal.trouble = undefined;
      errors.length = 0;
      await time.advance(1000);
      assert.equal(journal.emitted.length, 0);
    });

    it('no more, when it is emitted again meanwhile', async () => {
      await open([emission(1)]);
      journal.trouble = new Error('the disk is full');
      await time.advance(claimMs);
      journal.trouble = undefined;
      errors.length = 0;
      window.pause();
      await open();
      await time.advance(1000);
      assert.deepEqual(journal.emitted, [emission(1)]);
      assert.deepEqual(seqsOut(), [1, 1]);
    });
  });

  describe('after flows were stopped', () => {
    it('sends out again what nobody has taken', async () => {
      await open(emissions(3));
      window.leave(2);
      journal.emitted = journal.emitted.filter(({ seq }) => seq !== 2);
      window.pause();
      await open(journal.ready);
      assert.deepEqual(seqsOut(), [1, 2, 3, 1, 3]);
    });

    it('has room for 1000, or for 64 MiB, again', async () => {
      await open(emissions(999));
      accept(emission(1000, 'n1', ' '.repeat(64 * 1024 * 1024)));
      window.pause();
      journal.emitted.pop();
      await open(journal.ready);
      assert.deepEqual([out.length, accept(emission(1001))], [1999, true]);
    });

    it('begins the time of each anew', async () => {
      await open([emission(1)]);
      await time.advance(claimMs - 1);
      window.pause();
      await open(journal.ready);
      await time.advance(claimMs - 1);
      assert.equal(window.payloadOf(1), '{"seq":1}');
    });

    it('ignores what was asked for before: the recall has taken it back', async () => {
      await open();
      const slot = window.reserve(1);
      window.pause();
      const late = emission(1);
      journal.emitted.push(late);
      window.emit(late);
      slot.release();
      assert.deepEqual(out, []);
      await open(journal.ready);
      assert.deepEqual(seqsOut(), [1]);
    });

    it('hands back what was emitted after the recall, and before it was heard of', async () => {
      await open();
      window.pause();
      const resumed = window.resume(true);
      const late = emission(1);
      journal.emitted.push(late);
      window.emit(late);
      await resumed;
      await time.advance(0);
      assert.ok(journal.asked.includes('recall 1'));
      assert.deepEqual(seqsOut(), [1]);
    });

    it('stays shut when they are stopped again before the journal has answered', async () => {
      journal.ready = emissions(3);
      const resumed = window.resume(true);
      window.pause();
      await resumed;
      await time.advance(claimMs);
      assert.deepEqual([out, window.reserve(1).slots, time.pending], [[], 0, 0]);
    });

    it('opens once the journal lets it', async () => {
      journal.ready = emissions(3);
      journal.trouble = new Error('the disk is full');
      const resumed = window.resume(true);
      await time.advance(1500);
      assert.deepEqual([errors.length, out], [2, []]);
      journal.trouble = undefined;
      errors.length = 0;
      await time.advance(500);
      await resumed;
      await time.advance(0);
      assert.deepEqual(seqsOut(), [1, 2, 3]);
    });
  });

  describe('keeps messages', () => {
    const message = { payload: {}, topic: 'kept' };

    it('of events that wait, and sends them out with it, once', async () => {
      await open();
      window.keep(1, message);
      journal.ready = [emission(1)];
      window.wake();
      await time.advance(0);
      window.pause();
      await open(journal.ready);
      assert.deepEqual(
        out.map((event) => event.message),
        [message, undefined],
      );
    });

    it('of 1000 events at most', async () => {
      await open();
      for (let seq = 1; seq <= 1001; seq += 1) window.keep(seq, { seq });
      accept(emission(1001));
      accept(emission(1000));
      assert.deepEqual(
        out.map((event) => event.message),
        [undefined, { seq: 1000 }],
      );
    });

    it('no longer than until the event is taken', async () => {
      await open();
      window.keep(1, message);
      window.leave(1);
      accept(emission(1));
      assert.equal(out[0]?.message, undefined);
    });
  });

  it('asks a journal in trouble once a second, and goes on when that has passed', async () => {
    await open();
    journal.ready = emissions(3);
    journal.trouble = new Error('the disk is full');
    window.wake();
    await time.advance(2500);
    assert.deepEqual(errors, Array(3).fill(journal.trouble));
    journal.trouble = undefined;
    errors.length = 0;
    await time.advance(500);
    assert.deepEqual(seqsOut(), [1, 2, 3]);
  });

  it('sets no timer while nothing is out', async () => {
    await open([emission(1)]);
    assert.equal(time.pending, 1);
    window.leave(1);
    await time.advance(claimMs);
    assert.equal(time.pending, 0);
  });
});
