import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteLog } from '../../src/engine/journal/sqlite-log.ts';
import { fillJournal } from '../../test/support/filled-journal.ts';
import { type FlowNode, type NodeRed, startNodeRed, temporaryFolder } from '../../test/support/node-red.ts';
import { registry, tab } from '../../test/support/provisioning-flow.ts';
import { atMost, type Measure, ms, quantile, type Row } from './measure.ts';
import { loopDelayOf, processFacts } from './process-facts.ts';
import { journalIn } from './waiting-events.ts';

const rows = 1_000_000;
const asked = 40;

const filters = [
  '',
  'status=failed',
  'handler=crm',
  'handler=crm&status=failed',
  'eventType=clients.archive',
  'eventType=clients.update&status=parked',
  'objectId=4711',
  'objectId=4711&handler=dwh&status=failed',
  'from=2026-01-02&to=2026-01-03',
  'from=2026-01-02&to=2026-01-03&handler=mailer&status=succeeded',
];
const texts = [
  'text=anna',
  'text=petrova77',
  'text=service%20unavailable',
  'text=acc-2026-000123',
  'text=suspended%20rossi',
  'text=olga&status=failed',
  'text=10.2.7&handler=crm',
  'text=nosuchword',
];

/** Searches of the log by the admin API, as the tab makes them. */
export const search: Measure = {
  name: 'search',
  async run() {
    const userDir = temporaryFolder('provisioning-bench-');
    await mkdir(join(userDir, 'provisioning', 'registry'), { recursive: true });
    const db = journalIn(userDir);
    fillJournal(db, rows);
    db.close();
    await indexed(join(userDir, 'provisioning', 'registry'));
    const flows: FlowNode[] = [tab, registry({ retentionDays: 0, retentionEvents: 0 }), ...processFacts()];
    const nodeRed = await startNodeRed({ userDir, flows });
    try {
      return await searched(nodeRed);
    } finally {
      await nodeRed.kill9();
    }
  },
};

async function searched(nodeRed: NodeRed): Promise<Row[]> {
  await loopDelayOf(nodeRed);
  const filter = await p95(nodeRed, filters);
  const text = await p95(nodeRed, texts);
  const delay = await loopDelayOf(nodeRed);
  const on = `on ${rows.toLocaleString('en-US')} rows`;
  return [
    atMost(`log search by filter ${on}, p95`, filter, 50, ms),
    atMost(`log search by text ${on}, p95`, text, 300, ms),
    atMost('event-loop delay meanwhile, p99', delay, 20, ms),
  ];
}

async function p95(nodeRed: NodeRed, queries: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < asked; round += 1) {
    const began = performance.now();
    await nodeRed.get(
      `provisioning/registries/registry/executions?limit=50&${queries[round % queries.length]}`,
    );
    times.push(performance.now() - began);
  }
  return quantile(times, 0.95);
}

/** Waits until the text index has caught up. */
async function indexed(folder: string): Promise<void> {
  const log = new SqliteLog({ folder, parkedFor: () => 'retry' });
  while ((await log.counts()).indexing) await sleep(500);
  await log.close();
}
