import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type FlowNode, type NodeRed, startNodeRed } from '../../test/support/node-red.ts';
import { httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type BareUndici, startBareUndici } from './bare-undici.ts';
import { backTo, chainLoop, loop, type Run, runLoop } from './loop.ts';
import { against, atMost, type Measure, median, ms, type Row } from './measure.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { residentScript } from './resident-script.ts';

const inFlight = 64;
/** Many short ones: what else the machine does meanwhile upsets few of them. */
const rounds = 7;

/** Events through chains, on the canvas of one Node-RED, in turn with whoever does the same by other means. */
export const throughput: Measure = {
  name: 'throughput',
  async run() {
    const userDir = temporaryFolder('provisioning-bench-');
    const script = await scriptIn(userDir, 'provision.sh', '#!/bin/sh\necho provisioned\n');
    const resident = await scriptIn(userDir, 'resident.mjs', residentScript);
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const nodeRed = await startNodeRed({
      userDir,
      flows: flows(receiver.url, { script, resident }, userDir),
      settings: { provisioning: { scriptDirs: [userDir] } },
    });
    try {
      return await alternate(nodeRed, receiver, undici);
    } finally {
      await nodeRed.stop();
      receiver.end();
      undici.end();
    }
  },
};

async function scriptIn(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** Those that go round on the canvas: messages a run, and of each the calls that arrive and the rows that are settled. */
const loops = {
  stock: { count: 400, calls: 1, rows: 0 },
  'stock-kept-alive': { count: 400, calls: 1, rows: 0 },
  one: { count: 3000, calls: 1, rows: 1 },
  three: { count: 1200, calls: 3, rows: 3 },
  script: { count: 100, calls: 0, rows: 1 },
  resident: { count: 3000, calls: 0, rows: 1 },
  exec: { count: 100, calls: 0, rows: 0 },
} as const;
type Entrant = keyof typeof loops | 'undici';
type Round = Readonly<Record<Entrant, Run>>;

const order: readonly Entrant[] = [
  'stock',
  'stock-kept-alive',
  'one',
  'undici',
  'three',
  'script',
  'resident',
  'exec',
];

async function alternate(nodeRed: NodeRed, receiver: Receiver, undici: BareUndici): Promise<Row[]> {
  const taken: Round[] = [];
  // The first round warms up. Every other one goes backwards, so that nobody always comes after the same.
  for (let round = 0; round <= rounds; round += 1) {
    const results: Partial<Record<Entrant, Run>> = {};
    for (const name of round % 2 ? order.toReversed() : order) {
      results[name] =
        name === 'undici'
          ? await undici.run(6000, inFlight)
          : await counted(receiver, loops[name], () => runLoop(nodeRed, name, loops[name].count, inFlight));
    }
    if (round > 0) taken.push(results as Round);
  }
  const rows = Object.values(loops).reduce((sum, loop) => sum + loop.count * loop.rows, 0);
  checkSettled(nodeRed, (rounds + 1) * rows);
  const pairs = (ours: Entrant, theirs: Entrant, calls = 1) =>
    taken.map((round) => ({ ours: calls * round[ours].perSecond, theirs: round[theirs].perSecond }));
  const delay = (of: Entrant) => median(taken.map((round) => round[of].loopDelayP99));
  return [
    against('events through a 1-handler chain', 'bare undici', pairs('one', 'undici'), { least: 0.4 }),
    against('the same', 'http request, file', pairs('one', 'stock'), { least: 7 }),
    against('the same', 'http request (keep-alive), file', pairs('one', 'stock-kept-alive')),
    against('calls through a 3-handler chain', 'bare undici', pairs('three', 'undici', 3), { least: 0.6 }),
    against('scripts, mode: once', 'exec node', pairs('script', 'exec'), { least: 1 }),
    against('scripts, mode: resident', 'exec node', pairs('resident', 'exec'), { least: 20 }),
    atMost(
      'event-loop delay under full load, p99',
      delay('one'),
      20,
      ms,
      `http request, file ${ms(delay('stock'))}`,
    ),
  ];
}

/** Only what has arrived at the receiver counts. */
async function counted(
  receiver: Receiver,
  { count, calls }: { count: number; calls: number },
  run: () => Promise<Run>,
): Promise<Run> {
  const before = await receiver.received();
  const result = await run();
  const arrived = (await receiver.received()) - before;
  if (arrived !== count * calls) throw new Error(`${arrived} of ${count * calls} calls arrived`);
  return result;
}

function checkSettled(nodeRed: NodeRed, expected: number): void {
  const journal = join(nodeRed.userDir, 'provisioning/registry/journal.sqlite');
  const db = new DatabaseSync(journal, { readOnly: true });
  const { n } = db.prepare('select count(*) as n from executions where status = 3').get() as { n: number };
  db.close();
  if (n !== expected) throw new Error(`the journal holds ${n} of ${expected} succeeded executions`);
}

function flows(url: string, scripts: { script: string; resident: string }, folder: string): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  const called = (name: string, type: string) =>
    httpHandler(url, { id: `${name}-handler`, name, events: [type], concurrency: inFlight });
  const runs = (name: string, how: { command: string; mode?: string }) =>
    httpHandler('', {
      id: `${name}-handler`,
      name,
      events: [`bench.${name}`],
      concurrency: inFlight,
      handlerType: 'local',
      ...how,
    });
  const stock = (name: string, persist: boolean) => [
    ...loop(name, `${name}-request`, 'bench.stock'),
    {
      ...place,
      id: `${name}-request`,
      type: 'http request',
      method: 'POST',
      ret: 'txt',
      paytoqs: 'ignore',
      url,
      persist,
      wires: [[`${name}-file`]],
    },
    {
      ...place,
      id: `${name}-file`,
      type: 'file',
      filename: join(folder, `${name}.log`),
      filenameType: 'str',
      appendNewline: true,
      overwriteFile: 'false',
      encoding: 'none',
      wires: [[backTo(name)]],
    },
  ];
  return [
    tab,
    registry({ concurrency: inFlight }),
    called('crm', 'bench.one'),
    called('first', 'bench.three'),
    called('second', 'bench.three'),
    called('third', 'bench.three'),
    runs('script', { command: scripts.script }),
    runs('resident', { command: scripts.resident, mode: 'resident' }),
    ...chainLoop('one'),
    ...chainLoop('three'),
    ...chainLoop('script'),
    ...chainLoop('resident'),
    ...stock('stock', false),
    ...stock('stock-kept-alive', true),
    ...loop('exec', 'exec-node', 'bench.exec'),
    {
      ...place,
      id: 'exec-node',
      type: 'exec',
      command: scripts.script,
      addpay: '',
      append: '',
      useSpawn: 'false',
      timer: '',
      wires: [[backTo('exec')], [], []],
    },
  ];
}
