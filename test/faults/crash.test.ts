import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsSeen, descents, groupBy, type SeenCall } from '../support/calls-seen.ts';
import { eventually } from '../support/eventually.ts';
import {
  answers,
  type Behaviour,
  type Exchange,
  hangs,
  misbehavingServer,
  resets,
} from '../support/misbehaving-server.ts';
import { isAlive } from '../support/processes.ts';
import { executor, httpHandler, intakeNode, registry, tab } from '../support/provisioning-flow.ts';
import { scriptCalls } from '../support/script-calls.ts';
import { Victim } from '../support/victim.ts';

const rounds = 20;
/** Chains in their first pass at a time: as many calls may be cut off by a kill. */
const concurrency = 16;
const flow = [tab, registry({ concurrency }), intakeNode('/in'), executor()];

const places: Readonly<Record<string, number>> = { early: 0, first: 1, second: 2 };
const idOf = (call: SeenCall) => call.webhookId;
const eventOf = (call: SeenCall) => call.eventId;
const placeInChain = (call: SeenCall) => places[call.handler] ?? Number.NaN;

/** Who was called more often than once, as pairs of neighbouring calls. */
function repeats(calls: readonly SeenCall[]): [SeenCall, SeenCall][] {
  return [...groupBy(calls, idOf).values()].flatMap((same) =>
    same.slice(1).map((call, index): [SeenCall, SeenCall] => [same[index] as SeenCall, call]),
  );
}

describe('kill -9 under load', function () {
  this.timeout(240_000);

  it('loses nothing, keeps all order, and repeats only the call that it cut off', async () => {
    const lines = scriptCalls();
    const called = new Set<string>();
    const tooEarly: string[] = [];
    const server = await misbehavingServer(({ received: { headers }, response }) => {
      called.add(String(headers['webhook-id']));
      for (const { webhookId } of lines.news()) {
        if (!called.has(webhookId.replace('_third', '_second'))) tooEarly.push(webhookId);
      }
      setTimeout(() => response.end('ok'), Math.random() * 20);
    });
    const victim = new Victim(() => server.received.length);
    const handlers = [
      httpHandler(`${server.url}/second`, { id: 'second', name: 'b', priority: 10 }),
      httpHandler(`${server.url}/first`, { id: 'first', name: 'a', priority: 10 }),
      {
        ...httpHandler('', { id: 'third', priority: 20 }),
        handlerType: 'local',
        command: 'records-call.sh',
        environment: [{ name: 'CALLS', value: lines.file }],
      },
    ];
    const added = httpHandler(`${server.url}/early`, { id: 'early', priority: 1 });
    const deploy = { asked: 0, done: 0 };

    try {
      await victim.start([...flow, ...handlers]);
      victim.senders.start();
      for (let round = 0; round < rounds; round += 1) {
        await victim.live();
        if (round === rounds / 2) {
          deploy.asked = server.received.length;
          await victim.red.deploy([...flow, ...handlers, added]);
          deploy.done = Date.now();
        }
        await victim.killAndRestart();
      }
      await sleep(500);
      await victim.finish(60_000);

      const { accepted, complaints } = victim.senders;
      const calls = callsSeen(server.received, victim.restarts);
      const events = groupBy(calls, eventOf);
      const scripts = groupBy(lines.all(), ({ webhookId }) => webhookId);
      const before = new Set(calls.slice(0, deploy.asked).map(eventOf));
      assert.deepEqual(complaints, []);
      assert.ok(victim.senders.cutOff > 0 && accepted.length > 10 * rounds, `${accepted.length} events`);

      for (const { id, sentAt, body } of accepted) {
        const by = new Set(events.get(id)?.map(({ handler }) => handler));
        assert.ok(by.has('first') && by.has('second') && scripts.has(`${id}_third`), `${id} is lost`);
        // What was taken before the deploy keeps its handlers; what was sent after it has the new one too.
        if (before.has(id)) assert.ok(!by.has('early'), `${id} got a handler that came later`);
        if (sentAt > deploy.done) assert.ok(by.has('early'), `${id} lacks the new handler`);
        assert.deepEqual(new Set(events.get(id)?.map((call) => call.body)), new Set([body]));
        // A script that a kill leaves behind gets all of its input, too.
        const inputs = scripts.get(`${id}_third`)?.map(({ input }) => input);
        assert.deepEqual(new Set(inputs), new Set([body]));
      }
      assert.equal(new Set(accepted.map(({ id }) => id)).size, accepted.length);
      assert.equal(events.size, accepted.length, 'what was sent twice has been accepted once');
      assert.deepEqual(tooEarly, []);

      // In each chain, and over all events of an object, no call goes back behind one that came before.
      for (const chain of events.values()) assert.deepEqual(descents(chain, placeInChain), []);
      for (const ofObject of groupBy(calls, ({ object }) => object).values()) {
        assert.deepEqual(
          descents(ofObject, ({ n }) => n),
          [],
        );
      }

      // A call is made again only in another life, and no kill cuts off more calls than there were chains.
      assert.deepEqual(
        repeats(calls).filter(([a, b]) => a.life === b.life),
        [],
      );
      for (const cutOff of groupBy(repeats(calls), ([{ life }]) => String(life)).values()) {
        // A call that has lasted for a second lends its slot; here one counts half of it, as its receiver sees it late.
        const holding = cutOff.filter(([{ at, life }]) => (victim.kills[life] ?? 0) - at < 500);
        assert.ok(holding.length <= concurrency, `${holding.length} calls were repeated`);
      }
      for (const same of scripts.values()) {
        const parents = same.map(({ parent }) => parent);
        assert.equal(new Set(parents).size, parents.length, 'one Node-RED has started a script twice');
      }
      const starters = new Set(lines.all().map(({ parent }) => parent));
      starters.delete(lines.all().at(-1)?.parent ?? 0);
      assert.ok(starters.size >= rounds / 2);
      assert.deepEqual([...starters].filter(isAlive), []);
      // The log knows of the call that was cut off.
      for (const [{ eventId, handler }] of repeats(calls).slice(0, 20)) {
        const { items } = await victim.red.get<{ items: { status: string; attempts: number }[] }>(
          `provisioning/registries/registry/executions?eventId=${eventId}&handler=${handler}`,
        );
        assert.deepEqual([items.length, items[0]?.status], [1, 'succeeded']);
        assert.ok((items[0]?.attempts ?? 0) > 1);
      }
    } finally {
      await victim.end();
      await server.close();
    }
  });

  it('does so while a receiver fails, retries wait and circuits are open', async () => {
    const inFlight = new Map<string, number>();
    const twiceAtATime: string[] = [];
    const answered = new Map<number, number>();
    let out = false;
    const server = await misbehavingServer((exchange) => {
      const { received, response, index } = exchange;
      const id = String(received.headers['webhook-id']);
      if ((inFlight.get(id) ?? 0) > 0) twiceAtATime.push(id);
      inFlight.set(id, (inFlight.get(id) ?? 0) + 1);
      response.on('close', () => inFlight.set(id, (inFlight.get(id) ?? 0) - 1));
      response.on('finish', () => answered.set(index, response.statusCode));
      badDay(received.path, out)(exchange);
    });
    const victim = new Victim(() => server.received.length);
    const patient = { retryDelays: Array(100).fill(0.3), timeoutSeconds: 2 };
    const handlers = [
      httpHandler(`${server.url}/flaky`, { id: 'first', name: 'a', onFailure: 'stop', ...patient }),
      httpHandler(`${server.url}/outage`, { id: 'second', name: 'b', ...patient }),
      httpHandler(`${server.url}/flaky`, { id: 'third', name: 'c', ...patient }),
    ];
    const circuitIsOpen = async () => {
      const { items } = await victim.red.get<{ items: { circuit: { state: string } }[] }>(
        'provisioning/registries/registry/handlers',
      );
      return items.some(({ circuit }) => circuit.state === 'open');
    };

    try {
      await victim.start([...flow, ...handlers]);
      victim.senders.start();
      for (let round = 0; round < rounds; round += 1) {
        out = round >= 2 && round < 10;
        await victim.live();
        if (out) await eventually('a circuit is open', circuitIsOpen, 20_000);
        await victim.killAndRestart();
      }
      await victim.finish(120_000);

      const { accepted, complaints } = victim.senders;
      const calls = callsSeen(server.received, victim.restarts);
      const successes = calls.filter(({ place }) => answered.get(place) === 200);
      const succeeded = groupBy(successes, idOf);
      assert.deepEqual(complaints, []);
      assert.equal(
        groupBy(calls, eventOf).size,
        accepted.length,
        'what was sent twice has been accepted once',
      );
      for (const { id, body } of accepted) {
        for (const handler of ['first', 'second', 'third']) {
          const [call] = succeeded.get(`${id}_${handler}`) ?? [];
          assert.ok(call, `${id} never reached ${handler}`);
        }
        const bodies = new Set(calls.filter(({ eventId }) => eventId === id).map((call) => call.body));
        assert.deepEqual(bodies, new Set([body]));
      }

      // A handler that stops the chain is waited for; one handler gets the events of an object in their order.
      for (const chain of groupBy(calls, eventOf).values()) {
        const success = chain.find((call) => call.handler === 'first' && answered.get(call.place) === 200);
        const others = chain.filter(({ handler }) => handler !== 'first');
        assert.ok(success && others.every(({ place }) => place > success.place));
      }
      for (const lane of groupBy(calls, ({ object, handler }) => `${object} ${handler}`).values()) {
        assert.deepEqual(
          descents(lane, ({ n }) => n),
          [],
        );
        assert.deepEqual(
          descents(
            lane.filter(({ life }, i) => life === lane[i - 1]?.life),
            ({ attempt, n }) => n * 1000 + attempt,
          ),
          [],
        );
      }

      assert.deepEqual(twiceAtATime, []);
      const needless = repeats(calls).filter(([a, b]) => answered.get(a.place) === 200 && a.life === b.life);
      assert.deepEqual(needless, []);
    } finally {
      await victim.end();
      await server.close();
    }
  });
});

/** Of ten requests seven are answered well; during an outage at `/outage` none. */
function badDay(path: string, out: boolean): Behaviour {
  if (out && path === '/outage') return answers(503);
  const luck = path === '/flaky' ? Math.random() : 1;
  if (luck < 0.02) return hangs();
  if (luck < 0.1) return resets();
  if (luck < 0.3) return answers(503);
  return ({ response }: Exchange) => void setTimeout(() => response.end('ok'), Math.random() * 20);
}
