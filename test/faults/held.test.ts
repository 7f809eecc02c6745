import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsSeen, descents, groupBy } from '../support/calls-seen.ts';
import { misbehavingServer } from '../support/misbehaving-server.ts';
import { executor, httpHandler, intakeNode, registry, tab } from '../support/provisioning-flow.ts';
import { Victim } from '../support/victim.ts';

/** One handler, or all of the registry. */
type Held = 'first' | 'second' | 'all';

interface Span {
  readonly what: Held;
  readonly from: number;
  readonly until: number;
}

const handlers = ['first', 'second'] as const;
const flow = [tab, registry({ concurrency: 16 }), intakeNode('/in'), executor()];

/** Holds and releases as an operator does, and remembers when what was held. */
class Holds {
  readonly spans: Span[] = [];
  readonly #since = new Map<Held, number>();
  readonly #victim: Victim;

  constructor(victim: Victim) {
    this.#victim = victim;
  }

  get held(): ReadonlySet<Held> {
    return new Set(this.#since.keys());
  }

  async hold(what: Held): Promise<void> {
    await this.#switch(what, { status: 'held', reason: 'maintenance' });
    this.#since.set(what, Date.now());
  }

  async release(what: Held): Promise<void> {
    const until = Date.now();
    await this.#switch(what, { status: 'enabled' });
    this.spans.push({ what, from: this.#since.get(what) ?? until, until });
    this.#since.delete(what);
  }

  async #switch(what: Held, body: object): Promise<void> {
    const path = what === 'all' ? '' : `/handlers/${what}`;
    const response = await this.#victim.red.admin(`provisioning/registries/registry${path}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.text());
  }
}

describe('held under load', function () {
  this.timeout(240_000);

  it('a handler and a registry lose nothing and keep all order over kill -9, restarts and deploys', async () => {
    const server = await misbehavingServer(({ response }) => {
      setTimeout(() => response.end('ok'), Math.random() * 20);
    });
    const victim = new Victim(() => server.received.length);
    const holds = new Holds(victim);
    const called = handlers.map((id, index) =>
      httpHandler(`${server.url}/${id}`, { id, name: `Handler ${id}`, priority: index + 1 }),
    );
    const interruptions = [
      () => victim.killAndRestart(),
      () => victim.stopAndRestart(),
      () => victim.red.deploy([...flow, ...called.map((node) => ({ ...node, name: `${node.id} again` }))]),
    ];
    const switches: readonly (readonly Held[])[] = [['first'], ['all'], ['second'], ['all', 'first']];

    try {
      await victim.start([...flow, ...called]);
      victim.senders.start();
      for (const together of switches) {
        for (const interrupt of interruptions) {
          // What is switched has been answered and nothing more when it is interrupted.
          for (const what of together) await (holds.held.has(what) ? holds.release(what) : holds.hold(what));
          await interrupt();
          await victim.live();
        }
      }
      for (const what of holds.held) await holds.release(what);
      await sleep(500);
      await victim.finish(60_000);

      const { accepted, complaints } = victim.senders;
      const calls = callsSeen(server.received, victim.restarts);
      const known = groupBy(calls, ({ eventId }) => eventId);
      assert.deepEqual(complaints, []);
      assert.equal(known.size, accepted.length, 'what was sent twice has been accepted once');
      for (const { id } of accepted) {
        const by = new Set(known.get(id)?.map(({ handler }) => handler));
        assert.deepEqual([...by].sort(), [...handlers], `${id} is lost`);
      }
      for (const lane of groupBy(calls, ({ object, handler }) => `${object} ${handler}`).values()) {
        assert.deepEqual(
          descents(lane, ({ n }) => n),
          [],
        );
      }
      // A call that had begun before may come to its receiver a little later.
      const late = holds.spans.flatMap(({ what, from, until }) =>
        calls.filter(
          ({ at, handler }) => (what === 'all' || what === handler) && at > from + 500 && at < until,
        ),
      );
      assert.deepEqual(late, []);
      assert.equal(holds.spans.length, 8);
      for (const same of groupBy(calls, ({ webhookId }) => webhookId).values()) {
        const lives = same.map(({ life }) => life);
        assert.equal(new Set(lives).size, lives.length, 'a call was made again without a restart');
      }
    } finally {
      await victim.end();
      await server.close();
    }
  });
});
