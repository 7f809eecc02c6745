import { Pruning } from '../../src/engine/delivery/pruning.ts';
import type { Journal } from '../../src/engine/store/journal.ts';
import { SqliteJournal } from '../../src/engine/store/sqlite/sqlite-journal.ts';
import { registryConfigSchema } from '../../src/engine/words/registry-config.ts';
import { systemTime, type Time } from '../../src/engine/words/time.ts';
import { openPostgres } from '../../test/support/postgres.ts';
import { fullInPostgres, fullJournalCopy, onFullRows, onFullRowsInPostgres } from './full-journal.ts';
import { type Load, load } from './journal-load.ts';
import { atMost, type Measure, ms, quantile, type Row, rate } from './measure.ts';

const rounds = 3;
const roundMs = 5000;

/** Rounds begin at once: what they do is measured, not how long they are waited for. */
const impatient: Time = {
  ...systemTime,
  after: (pause, callback) => systemTime.after(Math.min(pause, 100), callback),
};

/** A full journal that is written to as fast as it takes it, in turn with its retention at work and without. */
export const retention: Measure = {
  name: 'retention',
  async run() {
    const { folder, settled } = await fullJournalCopy();
    const journal = await SqliteJournal.open(folder);
    const rows = await measured(journal, settled, onFullRows);
    await journal.close();
    return rows;
  },
};

export const retentionInPostgres: Measure = {
  name: 'retention-postgres',
  async run() {
    const { url, schema, settled } = await fullInPostgres();
    const { journal, close } = await openPostgres(url, schema);
    journal.onWork(() => undefined);
    const rows = await measured(journal, settled, onFullRowsInPostgres);
    await close();
    return rows;
  },
};

async function measured(journal: Journal, settled: number, on: string): Promise<Row[]> {
  const kept: Load[] = [];
  const bounded: Load[] = [];
  let pruned = 0;
  const config = registryConfigSchema.parse({ id: 'bench', retentionDays: 0, retentionEvents: settled });
  const prune: Journal['prune'] = async (request) => {
    const done = await journal.prune(request);
    pruned += done.pruned;
    return done;
  };
  for (let round = 0; round < rounds; round += 1) {
    kept.push(await load(journal, roundMs));
    const pruning = new Pruning({
      journal: { prune },
      time: impatient,
      config: () => config,
      onError: (error) => console.error(error),
    });
    bounded.push(await load(journal, roundMs));
    pruning.stop();
  }
  return rowsOf(kept, bounded, pruned, on);
}

function rowsOf(kept: readonly Load[], bounded: readonly Load[], pruned: number, on: string): Row[] {
  const events = bounded.reduce((sum, one) => sum + one.events, 0);
  const seconds = bounded.reduce((sum, one) => sum + one.ms, 0) / 1000;
  const waits = (loads: readonly Load[]) => loads.flatMap((one) => one.waits);
  const wait = (name: string, share: number) =>
    atMost(
      `wait for the journal meanwhile, ${name}`,
      quantile(waits(bounded), share),
      50,
      ms,
      `without pruning ${ms(quantile(waits(kept), share))}`,
    );
  return [
    {
      measure: `events pruned ${on}, at peak`,
      value: rate(pruned / seconds),
      rival: `written meanwhile ${rate(events / seconds)}`,
      ratio: pruned / events,
      target: '≥ 1 ×',
      met: pruned >= events,
    },
    wait('p99', 0.99),
    wait('longest', 1),
  ];
}
