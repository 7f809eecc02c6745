import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type NodeRed, startNodeRed } from '../../../test/support/node-red.ts';
import { registry, tab } from '../../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type BareUndici, startBareUndici } from '../bare-undici.ts';
import type { Measure } from '../measure.ts';
import { startReceiver } from '../receiver.ts';
import { costPlot } from './cost-plot.ts';
import { alternate, type Canvas, type Figures, goRound, post } from './entrants.ts';
import { chain, concurrency, stockLoop } from './flows.ts';
import { type ChainName, chains, type PostName, posts, type StockName, stock } from './loads.ts';
import { rowsOf } from './rows.ts';

const rounds = 4;

/** Events through chains, on the canvas of one Node-RED, in turn with whoever does the same by other means. */
export const throughput: Measure = {
  name: 'throughput',
  async run(plot) {
    const userDir = temporaryFolder('provisioning-bench-');
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const nodeRed = await startNodeRed({
      userDir,
      flows: [
        tab,
        registry({ concurrency }),
        ...handlerCounts().flatMap((handlers) => chain(receiver.url, handlers)),
        ...Object.keys(stock).flatMap((name) =>
          stockLoop(name, receiver.url, name === 'stock-kept-alive', userDir),
        ),
      ],
    });
    try {
      const taken = await alternate(rounds, entrantsOf({ nodeRed, receiver }, undici));
      checkSettled(nodeRed);
      if (plot !== undefined) await writeFile(plot, costPlot(taken));
      return rowsOf(taken);
    } finally {
      await nodeRed.stop();
      receiver.end();
      undici.end();
    }
  },
};

function handlerCounts(): readonly number[] {
  return [...new Set(Object.values(chains).map(({ handlers }) => handlers))];
}

type Name = ChainName | StockName | PostName;

/** Each body's own by turns: its bare posts, what Node-RED has itself, and ours. */
function entrantsOf(canvas: Canvas, undici: BareUndici): Record<Name, () => Promise<Figures>> {
  const ours = (name: ChainName) => () =>
    goRound(canvas, String(chains[name].handlers), chains[name], chains[name].handlers);
  const theirs = (name: StockName) => () => goRound(canvas, name, stock[name], 1, nothingFollows);
  const bare = (name: PostName) => () => post(undici, posts[name]);
  return {
    stock: theirs('stock'),
    one: ours('one'),
    post: bare('post'),
    three: ours('three'),
    'stock-kept-alive': theirs('stock-kept-alive'),
    ten: ours('ten'),
    hundred: ours('hundred'),
    'post-middle': bare('post-middle'),
    middle: ours('middle'),
    'stock-middle': theirs('stock-middle'),
    'post-large': bare('post-large'),
    large: ours('large'),
    'post-large-prepared': bare('post-large-prepared'),
    'stock-large': theirs('stock-large'),
    'post-alone': bare('post-alone'),
    alone: ours('alone'),
    'post-crowded': bare('post-crowded'),
    crowded: ours('crowded'),
  };
}

async function nothingFollows(): Promise<void> {}

/** What has come back is also what the journal holds. */
function checkSettled(nodeRed: NodeRed): void {
  const expected = Object.values(chains).reduce(
    (sum, { count, handlers }) => sum + (rounds + 1) * count * handlers,
    0,
  );
  const journal = join(nodeRed.userDir, 'provisioning/registry/journal.sqlite');
  const db = new DatabaseSync(journal, { readOnly: true });
  const { n } = db.prepare('select count(*) as n from executions where status = 3').get() as { n: number };
  db.close();
  if (n !== expected) throw new Error(`the journal holds ${n} of ${expected} succeeded executions`);
}
