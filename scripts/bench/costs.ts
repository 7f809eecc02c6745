import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowNode, type NodeRed, startNodeRed } from '../../test/support/node-red.ts';
import { httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { chainLoop, runLoop } from './loop.ts';
import { against, type Measure, type Row } from './measure.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const inFlight = 64;
/** Many short ones: what else the machine does meanwhile upsets few of them. */
const rounds = 10;
const count = 2000;
/** Seconds until a call that failed is made again. */
const retryDelay = 0.05;
/** Ms after each run, in which the last of them are made. */
const pause = 250;

const entrants = ['unordered', 'ordered', 'retried'] as const;
type Entrant = (typeof entrants)[number];

/** What order and retries cost: calls a second, against the same chain without them. */
export const costs: Measure = {
  name: 'costs',
  async run() {
    const receiver = await startReceiver();
    const nodeRed = await startNodeRed({
      flows: [
        tab,
        ...delivery('unordered', receiver.url, { ordering: 'none' }),
        ...delivery('ordered', receiver.url),
        ...delivery('retried', `${receiver.url}/flaky/20`),
      ],
    });
    try {
      return await alternate(nodeRed, receiver);
    } finally {
      await nodeRed.stop();
      receiver.end();
    }
  },
};

/** A registry of its own with its loop. */
function delivery(name: Entrant, url: string, changes: object = {}): FlowNode[] {
  const id = `${name}-registry`;
  const handler = {
    id: `${name}-handler`,
    name,
    registry: id,
    events: [`bench.${name}`],
    // Room for what is called again, too.
    concurrency: 2 * inFlight,
    retryDelays: Array(9).fill(retryDelay),
  };
  return [
    registry({ id, concurrency: inFlight, ...changes }),
    httpHandler(url, handler),
    ...chainLoop(name, id),
  ];
}

async function alternate(nodeRed: NodeRed, receiver: Receiver): Promise<Row[]> {
  const taken: Record<Entrant, number>[] = [];
  // The first round warms up. Each begins with another one, so that nobody has an advantage of its place.
  for (let round = 0; round <= rounds; round += 1) {
    const results: Partial<Record<Entrant, number>> = {};
    const first = round % entrants.length;
    for (const name of [...entrants.slice(first), ...entrants.slice(0, first)])
      results[name] = await callsPerSecond(nodeRed, receiver, name);
    if (round > 0) taken.push(results as Record<Entrant, number>);
  }
  const pairs = (ours: Entrant) => taken.map((round) => ({ ours: round[ours], theirs: round.unordered }));
  const least = 0.9;
  return [
    against('ordering: object', 'ordering: none', pairs('ordered'), { least }),
    against('one call of twenty fails, and is made again', 'ordering: none, none fails', pairs('retried'), {
      least,
    }),
  ];
}

/** While the events come in. */
async function callsPerSecond(nodeRed: NodeRed, receiver: Receiver, name: Entrant): Promise<number> {
  const before = await receiver.received();
  const { perSecond, parked } = await runLoop(nodeRed, name, count, inFlight);
  const calls = (await receiver.received()) - before;
  if (calls < count || parked > 0 !== (name === 'retried'))
    throw new Error(`${name}: ${calls} calls for ${count} events, ${parked} of them to be called again`);
  await sleep(pause);
  return (perSecond * calls) / count;
}
