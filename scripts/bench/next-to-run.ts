import { operationsOn } from '../../src/engine/store/sqlite/writer/operations.ts';
import { openJournal } from '../../test/support/filled-journal.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { atMost, type Measure, ms, quantile } from './measure.ts';
import { addParkedEvents } from './waiting-events.ts';

const blocked = 100_000;
const asked = 500;

/** How the journal finds what may run next among what may not: the writer's own operations, without the commit. */
export const nextToRun: Measure = {
  name: 'next-to-run',
  async run() {
    const folder = temporaryFolder('provisioning-bench-');
    const db = openJournal(folder);
    db.exec('begin');
    addParkedEvents(db, { handler: 'handler', count: blocked, wait: 'behind' });
    addParkedEvents(db, { handler: 'handler', count: asked * 2, wait: { until: 1 } });
    db.exec('commit; pragma optimize; begin');
    const operations = operationsOn(db, { drafts: false });
    const parked = timed(() => operations.startParked('handler', 1, Date.now()).started.length);
    const probes = timed(() => operations.startParked('handler', 1, Date.now(), 0).started.length);
    db.exec('rollback');
    db.close();
    const measure = `what runs next, ${blocked.toLocaleString('en-US')} blocked, p95`;
    return [atMost(measure, parked, 1, ms), atMost('which one probes next, the same, p95', probes, 1, ms)];
  },
};

function timed(start: () => number): number {
  const times = Array.from({ length: asked }, () => {
    const began = performance.now();
    if (start() !== 1) throw new Error('there is one that may run, and it was not found');
    return performance.now() - began;
  });
  return quantile(times, 0.95);
}
