import { eventually } from '../../test/support/eventually.ts';
import { type FlowNode, startNodeRed } from '../../test/support/node-red.ts';
import { httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type Measure, median, ms } from './measure.ts';
import { addParkedEvents, filledFolder } from './waiting-events.ts';

const parked = 100_000;
const limit = 3000;

/** From the start of the process until the registry says that it is ready, against one with nothing to go on with. */
export const restart: Measure = {
  name: 'restart',
  async run() {
    const empty = temporaryFolder('provisioning-bench-');
    const full = await filledFolder((db) =>
      addParkedEvents(db, { handler: 'handler', count: parked, wait: { until: Date.now() + 3_600_000 } }),
    );
    const rounds = [];
    for (let round = 0; round < 3; round += 1) {
      rounds.push({ ours: await start(full), theirs: await start(empty) });
    }
    const value = median(rounds.map(({ ours }) => ours));
    return [
      {
        measure: `restart with ${parked.toLocaleString('en-US')} parked executions`,
        value: ms(value),
        rival: `with none ${ms(median(rounds.map(({ theirs }) => theirs)))}`,
        ratio: median(rounds.map(({ ours, theirs }) => ours / theirs)),
        target: `≤ ${ms(limit)}`,
        met: value <= limit,
      },
    ];
  },
};

const flows: FlowNode[] = [tab, registry(), httpHandler('http://127.0.0.1:9/')];

async function start(userDir: string): Promise<number> {
  const began = performance.now();
  const nodeRed = await startNodeRed({ userDir, flows });
  await eventually('the registry is ready', async () => {
    const [one] = await nodeRed.get<{ state: string }[]>('provisioning/registries');
    return one?.state === 'ready';
  });
  const took = performance.now() - began;
  await nodeRed.stop();
  return took;
}
