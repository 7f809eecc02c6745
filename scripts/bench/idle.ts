import { setTimeout as sleep } from 'node:timers/promises';
import { type NodeRed, startNodeRed } from '../../test/support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  postJson,
  registry,
  tab,
} from '../../test/support/provisioning-flow.ts';
import { atMost, type Measure, mb } from './measure.ts';
import { cpuSeconds, heapOf, processFacts, quiet } from './process-facts.ts';
import { startReceiver } from './receiver.ts';
import { addParkedEvents, filledFolder } from './waiting-events.ts';

const seconds = 20;
/** Until Node-RED has done what it does after a start. */
const settleSeconds = 20;
const parked = 100_000;

interface Idle {
  /** Processor time of the whole process, in percent. */
  readonly share: number;
  /** Bytes, after a collection. */
  readonly heap: number;
}

/** What it costs when nothing happens: some work behind it, or many executions that wait for their retry. */
export const idle: Measure = {
  name: 'idle',
  async run() {
    const receiver = await startReceiver();
    const ours = [
      tab,
      registry(),
      httpHandler(receiver.url),
      eventNode({ intake: true, path: '/events' }),
      executor(),
    ];
    const waiting = await filledFolder((db) =>
      addParkedEvents(db, { handler: 'handler', count: parked, wait: { until: Date.now() + 3_600_000 } }),
    );
    const [used, full, without] = await Promise.all([
      measured(await startNodeRed({ flows: [...ours, ...processFacts()] }), (nodeRed) =>
        nodeRed.node('events', postJson(Array.from({ length: 1000 }, (_, id) => envelope(id)))),
      ),
      measured(await startNodeRed({ userDir: waiting, flows: [...ours, ...processFacts()] })),
      measured(await startNodeRed({ flows: [tab, ...processFacts()] })),
    ]);
    receiver.end();
    const many = parked.toLocaleString('en-US');
    const above = ({ share }: Idle) => Math.max(0, share - without.share);
    const alone = `Node-RED alone ${percent(without.share)}`;
    return [
      atMost('idle: processor time above Node-RED alone', above(used), 0.5, percent, alone),
      atMost(`the same, ${many} executions parked`, above(full), 0.5, percent, alone),
      atMost(
        `heap above idle, ${many} executions parked`,
        Math.max(0, full.heap - used.heap),
        150 * 2 ** 20,
        mb,
        `idle ${mb(used.heap)}`,
      ),
    ];
  },
};

async function measured(nodeRed: NodeRed, work?: (nodeRed: NodeRed) => Promise<unknown>): Promise<Idle> {
  await work?.(nodeRed);
  await sleep(settleSeconds * 1000);
  await quiet(nodeRed.pid);
  const before = await cpuSeconds(nodeRed.pid);
  await sleep(seconds * 1000);
  const share = (100 * ((await cpuSeconds(nodeRed.pid)) - before)) / seconds;
  const heap = await heapOf(nodeRed);
  await nodeRed.stop();
  return { share, heap };
}

function percent(share: number): string {
  return `${share.toFixed(2)} %`;
}
