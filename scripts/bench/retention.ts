import { Pruning } from '../../src/engine/delivery/pruning.ts';
import { SqliteJournal } from '../../src/engine/store/sqlite/sqlite-journal.ts';
import { registryConfigSchema } from '../../src/engine/words/registry-config.ts';
import { systemTime, type Time } from '../../src/engine/words/time.ts';
import { fullJournalCopy, onFullRows } from './full-journal.ts';
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
    const kept: Load[] = [];
    const bounded: Load[] = [];
    let pruned = 0;
    for (let round = 0; round < rounds; round += 1) {
      kept.push(await load(journal, roundMs));
      const config = registryConfigSchema.parse({ id: 'bench', retentionDays: 0, retentionEvents: settled });
      const prune: SqliteJournal['prune'] = async (request) => {
        const done = await journal.prune(request);
        pruned += done.pruned;
        return done;
      };
      const pruning = new Pruning({
        journal: { prune },
        time: impatient,
        config: () => config,
        onError: (error) => console.error(error),
      });
      bounded.push(await load(journal, roundMs));
      pruning.stop();
    }
    await journal.close();
    return rowsOf(kept, bounded, pruned);
  },
};

function rowsOf(kept: readonly Load[], bounded: readonly Load[], pruned: number): Row[] {
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
      measure: `events pruned ${onFullRows}, at peak`,
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
