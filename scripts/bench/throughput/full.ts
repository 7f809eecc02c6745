import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNodeRed } from '../../../test/support/node-red.ts';
import { registry, tab } from '../../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { startBareUndici } from '../bare-undici.ts';
import { fullJournalCopy, onFullRows } from '../full-journal.ts';
import { against, type Measure, us } from '../measure.ts';
import { quiet } from '../process-facts.ts';
import { startReceiver } from '../receiver.ts';
import { alternate, goRound, post } from './entrants.ts';
import { chain, concurrency } from './flows.ts';
import { chains, posts } from './loads.ts';

const rounds = 4;

/** What an event costs where the journal is full, so that retention deletes one for each: beside an empty journal. */
export const full: Measure = {
  name: 'full',
  async run() {
    const { userDir, folder, settled } = await fullJournalCopy();
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const started = (at: string, bounds: object) =>
      startNodeRed({
        userDir: at,
        flows: [tab, registry({ concurrency, retentionDays: 0, ...bounds }), ...chain(receiver.url, 1)],
      });
    const empty = await started(temporaryFolder('provisioning-bench-'), {});
    const filled = await started(userDir, { retentionEvents: settled });
    try {
      await quiet(filled.pid);
      const taken = await alternate(rounds, {
        empty: () => goRound({ nodeRed: empty, receiver }, '1', chains.one, 1),
        post: () => post(undici, posts.post),
        // What is deleted later than the rest was done is counted, too.
        full: () =>
          goRound({ nodeRed: filled, receiver }, '1', chains.one, 1, async (pid) => {
            while (settledIn(folder) > settled) await sleep(200);
            await quiet(pid);
          }),
      });
      const rival = 'an empty journal';
      return [
        against(
          `events through a 1-handler chain ${onFullRows}, retention on`,
          rival,
          taken.map((round) => ({ ours: round.full.perSecond, theirs: round.empty.perSecond })),
        ),
        against(
          `CPU an event, 1 handler ${onFullRows}, retention on`,
          'a bare post',
          taken.map((round) => ({ ours: round.full.cpu, theirs: round.post.cpu })),
          { most: 3.6 },
          us,
        ),
        against(
          'the same',
          rival,
          taken.map((round) => ({ ours: round.full.cpu, theirs: round.empty.cpu })),
          { most: 1.3 },
          us,
        ),
      ];
    } finally {
      await Promise.all([empty.stop(), filled.stop()]);
      receiver.end();
      undici.end();
    }
  },
};

function settledIn(folder: string): number {
  const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
  const { n } = db.prepare('select count(*) as n from events where stage >= 7').get() as { n: number };
  db.close();
  return n;
}
