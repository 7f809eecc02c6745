import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowNode, startNodeRed } from '../../test/support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  postJson,
  registry,
  tab,
} from '../../test/support/provisioning-flow.ts';
import type { Measure } from './measure.ts';
import { cpuSeconds } from './process-facts.ts';
import { startReceiver } from './receiver.ts';

const seconds = 20;
const limit = 0.5;

/** What it costs when nothing happens, an hour's work behind it: processor time of the whole process. */
export const idle: Measure = {
  name: 'idle',
  async run() {
    const receiver = await startReceiver();
    const [ours, without] = await Promise.all([
      share(
        [
          tab,
          registry(),
          httpHandler(receiver.url),
          eventNode({ intake: true, path: '/events' }),
          executor(),
        ],
        true,
      ),
      share([tab], false),
    ]);
    receiver.end();
    const above = Math.max(0, ours - without);
    return [
      {
        measure: 'idle: processor time above Node-RED alone',
        value: `${above.toFixed(2)} %`,
        rival: `Node-RED alone ${without.toFixed(2)} %`,
        target: `≤ ${limit} %`,
        met: above <= limit,
      },
    ];
  },
};

async function share(flows: FlowNode[], used: boolean): Promise<number> {
  const nodeRed = await startNodeRed({ flows });
  if (used) await nodeRed.node('events', postJson(Array.from({ length: 1000 }, (_, id) => envelope(id))));
  await sleep(8000);
  const before = await cpuSeconds(nodeRed.pid);
  await sleep(seconds * 1000);
  const used100 = (100 * ((await cpuSeconds(nodeRed.pid)) - before)) / seconds;
  await nodeRed.stop();
  return used100;
}
