import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { backTo, loop, runLoop } from '../../scripts/bench/loop.ts';
import { median } from '../../scripts/bench/measure.ts';
import { type Memory, memoryOf, processFacts } from '../../scripts/bench/process-facts.ts';
import { type Receiver, startReceiver } from '../../scripts/bench/receiver.ts';
import { addParkedEvents, addWaitingEvents, filledFolder } from '../../scripts/bench/waiting-events.ts';
import { code, fewNodes, placed } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { Senders } from '../support/senders.ts';
import { takeTurns } from '../support/taking-turns.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Figures {
  readonly state: string;
  readonly backlog: number;
  readonly running: number;
  readonly parked: number;
}

/** What slows one handler or object, and should slow nobody else. */
interface Disturbance {
  /** Of the id `handler`; it gets the events of {@link post}. */
  readonly handler: FlowNode;
  /** Handlers that the load of the others is spread over. */
  readonly others?: number;
  readonly fill?: (db: DatabaseSync) => void;
  readonly begin?: (red: NodeRed) => Promise<void>;
  /** Whether it is still there at the end. */
  readonly lasts: (figures: Figures) => boolean;
}

const megabyte = 2 ** 20;
/** Messages of the others at a time: as many as the window has places. */
const inFlight = 64;
/** Messages of the others in one turn. */
const turn = 256;
const pairs = 15;
/** How often both are started: processes of the same kind differ, too. */
const starts = 3;
const least = 0.8;

describe('a Node-RED under load', function () {
  this.timeout(90_000);
  let receiver: Receiver;
  const started = new Set<NodeRed>();

  before(async () => {
    receiver = await startReceiver();
  });
  afterEach(endAll);
  after(() => receiver.end());

  async function endAll(): Promise<void> {
    for (const red of started) await red.kill9();
    started.clear();
  }

  async function start(flows: readonly FlowNode[], fill?: (db: DatabaseSync) => void): Promise<NodeRed> {
    const userDir = fill ? await filledFolder(fill) : temporaryFolder('load-');
    const red = await startNodeRed({ userDir, flows, settings: fewNodes });
    started.add(red);
    return red;
  }

  it('holds a million waiting events with less than 150 MB, takes in more and goes on delivering', async () => {
    const flows = [
      tab,
      registry(),
      httpHandler(receiver.url),
      intakeNode('/in'),
      executor(),
      ...processFacts(),
    ];
    const idle = await memoryOf(await start(flows));
    const red = await start(flows, (db) => addWaitingEvents(db, 1_000_000, 'event'));
    const senders = new Senders({ url: () => `${red.url}/in`, senders: 4, pause: () => 20 });
    senders.start();
    const seen: Memory[] = [];
    const received: number[] = [];
    for (let second = 0; second < 6; second += 1) {
      await sleep(1000);
      seen.push(await memoryOf(red));
      received.push(await receiver.received());
    }
    await senders.stop();

    const growth = (of: keyof Memory) =>
      (Math.max(...seen.map((memory) => memory[of])) - idle[of]) / megabyte;
    assert.ok(growth('heap') + growth('external') < 150, `by ${growth('heap')} and ${growth('external')} MB`);
    // The heaps of its worker threads are to be seen here only, together with garbage and caches of files.
    assert.ok(growth('resident') < 400, `the process grew by ${growth('resident')} MB`);
    assert.deepEqual([...senders.statuses.keys()], [202]);
    assert.deepEqual([senders.cutOff, senders.complaints], [0, []]);
    assert.ok(senders.accepted.length > 20, `${senders.accepted.length} events were accepted`);
    const [first = 0, , , middle = 0] = received;
    assert.ok(first < middle && middle < (received.at(-1) ?? 0), `delivered by the second: ${received}`);
    assert.ok((await figuresOf(red)).backlog > 900_000, 'the others still wait');
  });

  it('is ready in time after a restart with 100,000 parked executions, and delivers', async () => {
    const flows = [tab, registry(), httpHandler(receiver.url), intakeNode('/in'), executor()];
    const wait = { until: Date.now() + 3_600_000 };
    const full = await start(flows, (db) =>
      addParkedEvents(db, { handler: 'handler', count: 100_000, wait }),
    );
    const empty = await start(flows);
    const longer: number[] = [];
    for (let round = 0; round < 3; round += 1) longer.push((await restart(full)) - (await restart(empty)));
    assert.ok(median(longer) < 3000, `it takes ${longer} ms longer than without any`);
  });

  /** Kills it and starts it again. @returns ms until the registry is ready and a new event has been delivered */
  async function restart(before: NodeRed): Promise<number> {
    await before.kill9();
    const received = await receiver.received();
    const began = performance.now();
    const red = await startNodeRed({ userDir: before.userDir, settings: fewNodes });
    started.add(red);
    await eventually('the registry is ready', async () => (await figuresOf(red)).state === 'ready');
    assert.equal((await red.node('in', postJson(envelope()))).status, 202);
    await eventually('the event is delivered', async () => (await receiver.received()) > received);
    const took = performance.now() - began;
    await red.kill9();
    return took;
  }

  describe('leaves the other events four fifths of their speed', () => {
    const waiting = 2000;
    const hangs: Pick<Disturbance, 'begin' | 'lasts'> = {
      begin: async (red) => {
        await post(red, waiting, (n) => n);
        await eventually('as many calls hang as may', async () => (await figuresOf(red)).running >= 16);
      },
      // Others may be taken, and wait for their slot.
      lasts: ({ running, backlog }) => running >= 16 && backlog > waiting / 2,
    };

    it('next to an endpoint that hangs', () =>
      compare({ ...hangs, handler: httpHandler(`${receiver.url}/silent`, { timeoutSeconds: 600 }) }));

    it('next to one handler among a hundred that hangs', () =>
      compare({
        ...hangs,
        others: 99,
        handler: httpHandler('', { handlerType: 'flow', timeoutSeconds: 600 }),
      }));

    it('next to an object with 10,000 waiting events', () =>
      compare({
        handler: httpHandler(receiver.url),
        begin: (red) => post(red, 10_000, () => 'hot'),
        lasts: ({ backlog }) => backlog > 0,
      }));

    it('next to 10,000 executions that are parked on a dead endpoint', () =>
      compare({
        handler: httpHandler('http://127.0.0.1:9/'),
        fill: (db) => {
          addParkedEvents(db, { handler: 'handler', count: 10_000, wait: { until: 1 } });
          db.prepare("insert into circuits values('handler', 'open', ?, 'connection refused')").run(
            Date.now() - 30_000,
          );
        },
        lasts: ({ parked, running }) => parked + running === 10_000,
      }));
  });

  /** The same load on two that differ in the disturbance only. */
  async function compare(disturbance: Disturbance): Promise<void> {
    const ratios: number[] = [];
    for (let at = 0; at < starts; at += 1) ratios.push(...(await ratiosUnder(disturbance)));
    const all = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
    assert.ok(median(ratios) >= least, `the others keep a median of ${median(ratios)}: ${all}`);
  }

  async function ratiosUnder({ handler, others = 1, fill, begin, lasts }: Disturbance) {
    const flows = flowsOf(receiver.url, handler, others);
    const quiet = await start(flows);
    const disturbed = await start(flows, fill);
    await begin?.(disturbed);
    for (const red of [quiet, disturbed]) await speedOf(red, turn * 8); // warms up
    const ratios = await takeTurns(disturbed, quiet, pairs, speedOf);
    const figures = await figuresOf(disturbed);
    assert.ok(lasts(figures), `the disturbance is over: ${JSON.stringify(figures)}`);
    await endAll();
    return ratios;
  }
});

/** Messages of the others, and a second way in for those that disturb. */
function flowsOf(url: string, handler: FlowNode, others: number): FlowNode[] {
  const back = [backTo('others')];
  return [
    tab,
    registry(),
    { ...handler, events: ['disturbing.event'] },
    placed('turns', 'provisioning-handler-in', { handler: 'handler', wires: [[]] }),
    intakeNode('/in'),
    executor(),
    ...Array.from({ length: others }, (_, n) =>
      httpHandler(url, { id: `other-${n}`, events: [`others.type_${n}`], concurrency: inFlight }),
    ),
    ...loop('others', 'spread', 'others.type_0'),
    code(
      'spread',
      `const n = context.get('n') || 0;
context.set('n', n + 1);
msg.payload.event.events_id = 'others.type_' + n % ${others};
return msg;`,
      ['others-event'],
    ),
    eventNode({ id: 'others-event', wires: [['others-executor']] }),
    executor({ id: 'others-executor', wires: [back, back, back] }),
  ];
}

/** Messages of the others a second. @throws when they stand still */
async function speedOf(red: NodeRed, count = turn): Promise<number> {
  const late = sleep(20_000, undefined, { ref: false }).then(() => assert.fail('the others stand still'));
  return (await Promise.race([runLoop(red, 'others', count, inFlight), late])).perSecond;
}

async function figuresOf(red: NodeRed): Promise<Figures> {
  const [only] = await red.get<Figures[]>('provisioning/registries');
  assert.ok(only);
  return only;
}

/** Events that disturb. */
async function post(red: NodeRed, count: number, objectOf: (n: number) => number | string): Promise<void> {
  for (let begun = 0; begun < count; begun += 1000) {
    const events = Array.from({ length: 1000 }, (_, n) => envelope(objectOf(begun + n), 'disturbing.event'));
    assert.equal((await red.node('in', postJson(events))).status, 202);
  }
}
