import { eventually } from '../../test/support/eventually.ts';
import { type FlowNode, type NodeRedOptions, startNodeRed } from '../../test/support/node-red.ts';
import { httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { fullInPostgres, onFullRowsInPostgres } from './full-journal.ts';
import { type Measure, median, ms, type Row } from './measure.ts';
import { inPostgres } from './postgres/in-postgres.ts';
import { addParkedEvents, filledFolder } from './waiting-events.ts';

const parked = 100_000;
const limit = 3000;

/** Where a Node-RED finds its registry. */
type Place = Pick<NodeRedOptions, 'userDir' | 'settings'>;

/** From the start of the process until the registry says that it is ready, against one with nothing to go on with. */
export const restart: Measure = {
  name: 'restart',
  async run() {
    const empty = temporaryFolder('provisioning-bench-');
    const full = await filledFolder((db) =>
      addParkedEvents(db, { handler: 'handler', count: parked, wait: { until: Date.now() + 3_600_000 } }),
    );
    const measure = `restart with ${parked.toLocaleString('en-US')} parked executions`;
    return [await beside(measure, { userDir: full }, { userDir: empty })];
  },
};

export const restartInPostgres: Measure = {
  name: 'restart-postgres',
  async run() {
    const { settings } = await fullInPostgres();
    const empty = await inPostgres('empty');
    return [
      await beside(
        `restart ${onFullRowsInPostgres}`,
        { settings: { ...settings } },
        { settings: { ...empty.settings } },
      ),
    ];
  },
};

async function beside(measure: string, full: Place, empty: Place): Promise<Row> {
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    rounds.push({ ours: await start(full), theirs: await start(empty) });
  }
  const value = median(rounds.map(({ ours }) => ours));
  return {
    measure,
    value: ms(value),
    rival: `with none ${ms(median(rounds.map(({ theirs }) => theirs)))}`,
    ratio: median(rounds.map(({ ours, theirs }) => ours / theirs)),
    target: `≤ ${ms(limit)}`,
    met: value <= limit,
  };
}

const flows: FlowNode[] = [
  tab,
  registry({ retentionDays: 0, retentionEvents: 0 }),
  httpHandler('http://127.0.0.1:9/'),
];

async function start(place: Place): Promise<number> {
  const began = performance.now();
  const nodeRed = await startNodeRed({ ...place, flows });
  await eventually('the registry is ready', async () => {
    const [one] = await nodeRed.get<{ state: string }[]>('provisioning/registries');
    return one?.state === 'ready';
  });
  const took = performance.now() - began;
  await nodeRed.stop();
  return took;
}
