import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type FlowNode, type NodeRed, startNodeRed, temporaryFolder } from '../../test/support/node-red.ts';
import { eventNode, executor, httpHandler, registry, tab } from '../../test/support/provisioning-flow.ts';
import { type BareUndici, startBareUndici } from './bare-undici.ts';
import { backTo, loop, type Run, runLoop } from './loop.ts';
import { against, atMost, type Measure, median, ms, type Row } from './measure.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const inFlight = 64;
const scriptsInFlight = 16;
const rounds = 7;

/** Events through chains, on the canvas of one Node-RED, in turn with whoever does the same by other means. */
export const throughput: Measure = {
  name: 'throughput',
  async run() {
    const userDir = temporaryFolder('provisioning-bench-');
    const script = join(userDir, 'provision.sh');
    await writeFile(script, '#!/bin/sh\necho provisioned\n');
    await chmod(script, 0o755);
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const nodeRed = await startNodeRed({
      userDir,
      flows: flows(receiver.url, script, userDir),
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

interface Round {
  readonly undici: Run;
  readonly one: Run;
  readonly unordered: Run;
  readonly three: Run;
  readonly stock: Run;
  readonly keptAlive: Run;
  readonly script: Run;
  readonly exec: Run;
}

async function alternate(nodeRed: NodeRed, receiver: Receiver, undici: BareUndici): Promise<Row[]> {
  const run = (name: string, count: number, concurrency = inFlight) =>
    counted(receiver, name, count, () => runLoop(nodeRed, name, count, concurrency));
  const entrants: readonly (readonly [keyof Round, () => Promise<Run>])[] = [
    ['stock', () => run('stock', 400)],
    ['keptAlive', () => run('stock-kept-alive', 400)],
    ['one', () => run('one', 3000)],
    ['undici', () => undici.run(6000, inFlight)],
    ['three', () => run('three', 1200)],
    ['unordered', () => run('unordered', 3000)],
    ['script', () => run('script', 200, scriptsInFlight)],
    ['exec', () => run('exec', 200, scriptsInFlight)],
  ];
  const taken: Round[] = [];
  // The first round warms up. Every other one goes backwards, so that nobody always comes after the same.
  for (let round = 0; round <= rounds; round += 1) {
    const results: Partial<Record<keyof Round, Run>> = {};
    for (const [name, go] of round % 2 ? entrants.toReversed() : entrants) results[name] = await go();
    if (round > 0) taken.push(results as Round);
  }
  checkSettled(nodeRed, (rounds + 1) * (3000 + 3000 + 3 * 1200 + 200));
  const pairs = (ours: keyof Round, theirs: keyof Round, calls = 1) =>
    taken.map((round) => ({ ours: calls * round[ours].perSecond, theirs: round[theirs].perSecond }));
  const delay = (of: keyof Round) => median(taken.map((round) => round[of].loopDelayP99));
  return [
    against('events through a 1-handler chain', 'bare undici', pairs('one', 'undici'), { least: 0.4 }),
    against('the same', 'http request, file', pairs('one', 'stock'), { least: 7 }),
    against('the same', 'http request (keep-alive), file', pairs('one', 'keptAlive')),
    against('calls through a 3-handler chain', 'bare undici', pairs('three', 'undici', 3), { least: 0.6 }),
    against('the 1-handler chain, ordering: object', 'ordering: none', pairs('one', 'unordered'), {
      least: 0.9,
    }),
    against('scripts, mode: once', 'exec node', pairs('script', 'exec'), { least: 1 }),
    atMost(
      'event-loop delay under full load, p99',
      delay('one'),
      20,
      ms,
      `http request, file ${ms(delay('stock'))}`,
    ),
  ];
}

const callsOf: Readonly<Record<string, number>> = {
  one: 1,
  unordered: 1,
  three: 3,
  stock: 1,
  'stock-kept-alive': 1,
};

/** Only what has arrived at the receiver counts. */
async function counted(receiver: Receiver, name: string, count: number, run: () => Promise<Run>) {
  const before = await receiver.received();
  const result = await run();
  const arrived = (await receiver.received()) - before;
  const expected = count * (callsOf[name] ?? 0);
  if (arrived !== expected) throw new Error(`${name}: ${arrived} of ${expected} calls arrived`);
  return result;
}

function checkSettled(nodeRed: NodeRed, expected: number): void {
  const settled = ['registry', 'unordered'].map((id) => {
    const db = new DatabaseSync(join(nodeRed.userDir, 'provisioning', id, 'journal.sqlite'), {
      readOnly: true,
    });
    const { n } = db.prepare('select count(*) as n from executions where status = 3').get() as { n: number };
    db.close();
    return n;
  });
  const sum = settled.reduce((a, b) => a + b, 0);
  if (sum !== expected) throw new Error(`the journals hold ${sum} of ${expected} succeeded executions`);
}

function flows(url: string, script: string, folder: string): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  const called = (name: string, type: string, registryId = 'registry') =>
    httpHandler(url, {
      id: `${name}-handler`,
      name,
      events: [type],
      concurrency: inFlight,
      registry: registryId,
    });
  const chain = (name: string, type: string, registryId = 'registry') => [
    ...loop(name, `${name}-event`, type),
    eventNode({ id: `${name}-event`, registry: registryId, wires: [[`${name}-executor`]] }),
    executor({
      id: `${name}-executor`,
      registry: registryId,
      wires: [[backTo(name)], [backTo(name)], [backTo(name)]],
    }),
  ];
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
    registry({ id: 'unordered', concurrency: inFlight, ordering: 'none' }),
    called('crm', 'bench.one'),
    called('crm-unordered', 'bench.one', 'unordered'),
    called('first', 'bench.three'),
    called('second', 'bench.three'),
    called('third', 'bench.three'),
    httpHandler('', {
      id: 'script-handler',
      name: 'script',
      handlerType: 'local',
      command: script,
      events: ['bench.script'],
      concurrency: scriptsInFlight,
    }),
    ...chain('one', 'bench.one'),
    ...chain('unordered', 'bench.one', 'unordered'),
    ...chain('three', 'bench.three'),
    ...chain('script', 'bench.script'),
    ...stock('stock', false),
    ...stock('stock-kept-alive', true),
    ...loop('exec', 'exec-node', 'bench.exec'),
    {
      ...place,
      id: 'exec-node',
      type: 'exec',
      command: script,
      addpay: '',
      append: '',
      useSpawn: 'false',
      timer: '',
      wires: [[backTo('exec')], [], []],
    },
  ];
}
