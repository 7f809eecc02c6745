import { setTimeout as sleep } from 'node:timers/promises';
import { type NodeRed, startNodeRed } from '../../../test/support/node-red.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { startBareUndici } from '../bare-undici.ts';
import { ask, startChild } from '../child.ts';
import { against, type Measure, median, ms, quantile, type Row, rate, us } from '../measure.ts';
import { quiet, withCpu } from '../process-facts.ts';
import { type Receiver, startReceiver } from '../receiver.ts';
import { post } from '../throughput/entrants.ts';
import { posts } from '../throughput/loads.ts';
import { intakeFlows } from './flows.ts';
import type { Posts } from './poster-program.ts';

const rounds = 3;
const seconds = 3;

/** Who takes what is posted: events of a post, and with how many posts in flight there is the most of them. */
const ways = {
  single: { title: 'single posts', path: 'events', events: 1, inFlight: 64, peakPosts: 5000 },
  array: { title: 'arrays of 100', path: 'events', events: 100, inFlight: 4, peakPosts: 80 },
  stock: { title: 'http in, http request, file', path: 'stock', events: 1, inFlight: 64, peakPosts: 2500 },
} as const;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

interface Passed {
  /** Events that have arrived at the receiver. */
  readonly perSecond: number;
  /** Ms from the post until each event was there. */
  readonly delays: readonly number[];
  /** Ms until each post was answered. */
  readonly waits: readonly number[];
  /** µs of processor time of an event. */
  readonly cpu: number;
}

type Round = Readonly<Record<Way, Passed>> & {
  /** µs of processor time of a bare post. */
  readonly bare: number;
};

/** Events posted to the intake of one Node-RED by a process of its own, at half of what it passes on at most. */
export const intake: Measure = {
  name: 'intake',
  async run() {
    const userDir = temporaryFolder('provisioning-bench-');
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const { child: poster } = await startChild('intake/poster-program.ts');
    const nodeRed = await startNodeRed({ userDir, flows: intakeFlows(`${receiver.url}/timed`, userDir) });
    const passed = (way: Way, count: number, pace: Posts['pace']) =>
      pass(nodeRed, receiver, ways[way].events * count, async () => {
        const { path, events } = ways[way];
        return ask(poster, { url: `${nodeRed.url}/${path}`, count, events, pace } satisfies Posts);
      });
    try {
      const half = {} as Record<Way, number>;
      // The first one warms up.
      for (const way of [...names, ...names]) {
        const { peakPosts, inFlight } = ways[way];
        half[way] = (await passed(way, peakPosts, { inFlight })).perSecond / 2;
      }
      const taken: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const { cpu: bare } = await post(undici, posts.post);
        const results = {} as Record<Way, Passed>;
        for (const way of round % 2 ? names.toReversed() : names) {
          const perSecond = half[way] / ways[way].events;
          results[way] = await passed(way, Math.round(seconds * perSecond), { perSecond });
        }
        taken.push({ ...results, bare });
      }
      return names.flatMap((way) => rowsOf(way, half[way], taken));
    } finally {
      await nodeRed.stop();
      receiver.end();
      undici.end();
      poster.kill();
    }
  },
};

/** Until all have arrived, and Node-RED has done what follows. */
async function pass(
  nodeRed: NodeRed,
  receiver: Receiver,
  events: number,
  posting: () => Promise<{ waits: readonly number[] }>,
): Promise<Passed> {
  await receiver.delays();
  const before = await receiver.received();
  const { cpu, ...passed } = await withCpu(nodeRed.pid, async () => {
    const began = performance.now();
    const { waits } = await posting();
    while ((await receiver.received()) - before < events) await sleep(5);
    const perSecond = (events * 1000) / (performance.now() - began);
    await quiet(nodeRed.pid);
    return { perSecond, waits };
  });
  const delays = await receiver.delays();
  if (delays.length !== events) throw new Error(`${delays.length} of ${events} events arrived`);
  return { ...passed, delays, cpu: cpu / events };
}

function rowsOf(way: Way, half: number, taken: readonly Round[]): Row[] {
  const title = `${ways[way].title} at half load, ${rate(half)}`;
  const tail = (measure: string, times: 'delays' | 'waits', target: { most: number } | null): Row => {
    const at = (share: number) => taken.map((round) => quantile(round[way][times], share));
    const [halves, tails] = [at(0.5), at(0.99)];
    const pairs = tails.map((ours, round) => ({ ours, theirs: halves[round] as number }));
    const row = against(`${title}: ${measure}, p99`, 'its p50', pairs, target, ms);
    return { ...row, value: `${row.value} (p95 ${ms(median(at(0.95)))})` };
  };
  const costs = taken.map((round) => ({ ours: round[way].cpu, theirs: round.bare }));
  return [
    tail('until it is at the receiver', 'delays', way === 'stock' ? null : { most: 5 }),
    tail('until it is answered', 'waits', null),
    against(`${title}: CPU an event`, 'a bare post', costs, null, us),
  ];
}
