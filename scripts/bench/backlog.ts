import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowNode, type NodeRedOptions, startNodeRed } from '../../test/support/node-red.ts';
import { eventNode, executor, httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { atMost, type Measure, mb, type Row } from './measure.ts';
import { filledInPostgres, inPostgres } from './postgres/in-postgres.ts';
import { heapOf, processFacts } from './process-facts.ts';
import { startReceiver } from './receiver.ts';
import { addWaitingEvents, filledFolder } from './waiting-events.ts';

const waiting = 1_000_000;
const watchedSeconds = 12;

/** Where a Node-RED finds its registry. */
type Place = Pick<NodeRedOptions, 'userDir' | 'settings'>;

/** The heap of Node-RED while a million events wait: for a message's way out, and for a handler that never answers. */
export const backlog: Measure = {
  name: 'backlog',
  async run() {
    const full = await filledFolder((db) => addWaitingEvents(db, waiting, 'event'));
    return [await heapAboveIdle('events waiting', { userDir: full }, {})];
  },
};

export const backlogInPostgres: Measure = {
  name: 'backlog-postgres',
  async run() {
    const full = await filledInPostgres('waiting', (db) => addWaitingEvents(db, waiting, 'event'));
    const { settings } = await inPostgres('idle');
    return [
      await heapAboveIdle(
        'events waiting in PostgreSQL',
        { settings: { ...full.settings } },
        { settings: { ...settings } },
      ),
    ];
  },
};

async function heapAboveIdle(of: string, full: Place, empty: Place): Promise<Row> {
  const receiver = await startReceiver();
  const idle = await highestHeap(empty, flows(receiver.url), 1);
  const heap = await highestHeap(full, flows(receiver.url), watchedSeconds);
  receiver.end();
  const measure = `heap above idle, ${waiting.toLocaleString('en-US')} ${of}`;
  return atMost(measure, heap - idle, 150 * 2 ** 20, mb, `idle ${mb(idle)}`);
}

async function highestHeap(place: Place, flows: FlowNode[], seconds: number): Promise<number> {
  const nodeRed = await startNodeRed({ ...place, flows });
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
