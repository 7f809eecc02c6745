import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsSeen, descents, groupBy, type SeenCall } from '../support/calls-seen.ts';
import { aWhile, Cluster, type Instance } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type Exchange, misbehavingServer } from '../support/misbehaving-server.ts';
import { executor, httpHandler, intakeNode, registry, tab } from '../support/provisioning-flow.ts';
import { Senders } from '../support/senders.ts';

/** With it, each trouble is tried by itself, so many times. */
const asked = process.env['ROUNDS'];
const rounds = Number(asked ?? 1);
/** Ms after the lease within which the work of a dead one goes on. */
const grace = 5000;

interface Trouble {
  readonly what: string;
  /** Whether a lease may end under a call, which then may be made a second time at once. */
  readonly leaseEnds?: true;
  readonly round: (cluster: Cluster, victim: Instance) => Promise<void>;
}

const troubles: readonly Trouble[] = [
  {
    what: 'kill -9 of one',
    async round(cluster, victim) {
      await cluster.kill(victim);
      await aWhile(0, 2000);
      await cluster.restart(victim);
    },
  },
  {
    what: 'one that stands still for longer than its lease, and goes on',
    leaseEnds: true,
    async round(cluster, victim) {
      victim.isUp = false;
      process.kill(victim.red.pid, 'SIGSTOP');
      await sleep(cluster.lease * 1.5 + Math.random() * 2000);
      process.kill(victim.red.pid, 'SIGCONT');
      victim.isUp = true;
    },
  },
  {
    what: 'a database that crashes',
    async round(cluster) {
      await cluster.postgres.stop('immediate');
      await aWhile(0, 500);
      await cluster.postgres.start();
    },
  },
  {
    what: 'one that is cut off from the database',
    leaseEnds: true,
    async round(cluster, victim) {
      victim.proxy.cut();
      await aWhile(0, cluster.lease * 2);
      victim.proxy.restore();
    },
  },
  {
    what: 'a network that holds up what passes, for one',
    leaseEnds: true,
    async round(cluster, victim) {
      victim.proxy.holdUp(true);
      await aWhile(0, cluster.lease * 2);
      victim.proxy.restore();
    },
  },
  {
    what: 'all cut off from the database',
    leaseEnds: true,
    async round(cluster) {
      for (const { proxy } of cluster.instances) proxy.cut();
      await aWhile(0, cluster.lease * 2);
      for (const { proxy } of cluster.instances) proxy.restore();
    },
  },
  {
    what: 'a rolling restart',
    async round(cluster) {
      for (const instance of cluster.instances) {
        await cluster.stop(instance);
        await cluster.restart(instance);
      }
    },
  },
  {
    what: 'one, three, and one again',
    async round(cluster) {
      await Promise.all(cluster.instances.slice(1).map((instance) => cluster.leave(instance)));
      await aWhile(200, 1000);
      await Promise.all([cluster.join(), cluster.join()]);
    },
  },
];

const together = [false, true].map((leaseEnds) =>
  troubles.filter((one) => (one.leaseEnds ?? false) === leaseEnds),
);

describe('three Node-REDs with one registry, under load', function () {
  this.timeout(120_000 + rounds * 60_000);

  for (const group of asked === undefined ? together : troubles.map((one) => [one]))
    it(`lose nothing and keep all order: ${group.map(({ what }) => what).join('; ')}`, async () => {
      const leaseEnds = group.some((one) => one.leaseEnds);
      const all = Array.from({ length: rounds }, () => group).flat();
      const answered = new Set<number>();
      const underWay = new Map<string, number>();
      const overlaps: string[] = [];
      const server = await misbehavingServer((exchange) => {
        const { received, response, index } = exchange;
        const id = String(received.headers['webhook-id']);
        if ((underWay.get(id) ?? 0) > 0) overlaps.push(id);
        underWay.set(id, (underWay.get(id) ?? 0) + 1);
        response.on('close', () => underWay.set(id, (underWay.get(id) ?? 0) - 1));
        response.on('finish', () => response.statusCode === 200 && answered.add(index));
        badHour(exchange);
      });
      const patient = { retryDelays: Array(100).fill(0.2), timeoutSeconds: 5 };
      const cluster = await Cluster.start(3, [
        tab,
        registry(),
        intakeNode('/in'),
        executor(),
        httpHandler(`${server.url}/first`, { id: 'first', name: 'a', onFailure: 'stop', ...patient }),
        httpHandler(`${server.url}/second`, { id: 'second', name: 'b', concurrency: 2, ...patient }),
      ]);
      const senders: Senders = new Senders({
        url: () => {
          const chosen = cluster.any();
          return chosen && `${chosen.red.url}/in`;
        },
        // What is accepted can be delivered by the time that all is to be settled.
        pause: () => (2 * senders.accepted.length - answered.size > 600 ? 500 : Math.random() * 60),
      });
      try {
        senders.start();
        const went: number[] = [];
        for (const [n, { round }] of all.entries()) {
          const before = senders.accepted.length;
          await eventually('events are accepted', () => senders.accepted.length > before + 30, 30_000);
          const victim = cluster.instances[n % cluster.instances.length] as Instance;
          await round(cluster, victim);
          const over = Date.now();
          await cluster.complete();
          const at = server.received.length;
          await eventually('calls are made', () => server.received.length > at + 10, 30_000);
          went.push(Date.now() - over);
        }
        await senders.stop();
        const events = senders.accepted.length;
        const { red } = cluster.up[0] as Instance;
        const open = async () => {
          const stats =
            await red.get<{ backlog: number; running: number; parked: number }[]>('provisioning/registries');
          const [{ backlog, running, parked } = { backlog: 1, running: 0, parked: 0 }] = stats;
          return backlog + running + parked;
        };
        await eventually('all is settled', async () => (await open()) === 0, cluster.lease + grace + 30_000);

        const calls = callsSeen(server.received, []);
        assert.deepEqual(senders.complaints, []);
        assert.ok(events > 30 * all.length, `${events} events`);
        const succeeded = groupBy(
          calls.filter(({ place }) => answered.has(place)),
          ({ webhookId }) => webhookId,
        );
        for (const { id } of senders.accepted)
          for (const handler of ['first', 'second'])
            assert.ok(succeeded.has(`${id}_${handler}`), `${id} never reached ${handler}`);
        assert.equal(
          groupBy(calls, ({ eventId }) => eventId).size,
          events,
          'what was sent twice has been accepted once',
        );
        assertOrder(calls, leaseEnds);
        if (!leaseEnds) assert.deepEqual(overlaps, []);
        const repeated = [...succeeded.values()].filter(({ length }) => length > 1).length;
        console.log(
          `      ${events} events, ${calls.length} calls, ${repeated} repeated, ${overlaps.length} at once; complete again after ${Math.max(...went)} ms at most; 503: ${senders.statuses.get(503) ?? 0}`,
        );
      } finally {
        await senders.stop();
        await cluster.end();
        await server.close();
      }
    });
});

/** One handler gets the events of an object in their order; what is called again comes before what is later. */
function assertOrder(calls: readonly SeenCall[], leaseEnds: boolean): void {
  const first = new Map<string, SeenCall>();
  for (const call of calls) if (!first.has(call.webhookId)) first.set(call.webhookId, call);
  for (const handler of ['first', 'second']) {
    const of = leaseEnds ? [...first.values()] : calls;
    for (const ofObject of groupBy(
      of.filter((call) => call.handler === handler),
      ({ object }) => object,
    ).values())
      assert.deepEqual(
        descents(ofObject, ({ n }) => n),
        [],
      );
  }
}

function badHour({ response, request }: Exchange): void {
  const dice = Math.random();
  if (dice < 0.02) return void request.socket.destroy();
  response.statusCode = dice < 0.06 ? 503 : 200;
  setTimeout(() => response.end('ok'), Math.random() * 30);
}
