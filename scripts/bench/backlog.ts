import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowNode, startNodeRed } from '../../test/support/node-red.ts';
import { eventNode, executor, httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { atMost, type Measure, mb } from './measure.ts';
import { heapOf, processFacts } from './process-facts.ts';
import { startReceiver } from './receiver.ts';
import { addWaitingEvents, filledFolder } from './waiting-events.ts';

const waiting = 1_000_000;
const watchedSeconds = 12;

/** The heap of Node-RED while a million events wait: for a message's way out, and for a handler that never answers. */
export const backlog: Measure = {
  name: 'backlog',
  async run() {
    const receiver = await startReceiver();
    const idle = await highestHeap(temporaryFolder('provisioning-bench-'), flows(receiver.url), 1);
    const full = await filledFolder((db) => addWaitingEvents(db, waiting, 'event'));
    const heap = await highestHeap(full, flows(receiver.url), watchedSeconds);
    receiver.end();
    const measure = `heap above idle, ${waiting.toLocaleString('en-US')} events waiting`;
    return [atMost(measure, heap - idle, 150 * 2 ** 20, mb, `idle ${mb(idle)}`)];
  },
};

async function highestHeap(userDir: string, flows: FlowNode[], seconds: number): Promise<number> {
  const nodeRed = await startNodeRed({ userDir, flows });
  let highest = 0;
  for (let second = 0; second < seconds; second += 1) {
    await sleep(1000);
    highest = Math.max(highest, await heapOf(nodeRed));
  }
  await nodeRed.kill9();
  return highest;
}

function flows(url: string): FlowNode[] {
  return [
    tab,
    registry(),
    httpHandler(`${url}/silent`, { concurrency: 64, timeoutSeconds: 600 }),
    eventNode(),
    executor(),
    ...processFacts(),
  ];
}
