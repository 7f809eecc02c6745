import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowNode, NodeRed } from '../../test/support/node-red.ts';

/** What a Node-RED holds, in bytes. */
export interface Memory {
  /** Objects of its main thread. */
  readonly heap: number;
  /** What V8 has set aside on that thread for new objects; it grows in steps and stays. */
  readonly young: number;
  /** The buffers that they own. */
  readonly external: number;
  /** Those of them that hold data of Node.js' own APIs and of typed arrays. */
  readonly arrayBuffers: number;
  /** Of the whole process, with its threads. */
  readonly resident: number;
}

/** Nodes that tell of Node-RED's process by HTTP: its memory, and the delay of its event loop. */
export function processFacts(): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  return [
    {
      ...place,
      id: 'facts-begin',
      type: 'http in',
      method: 'get',
      url: '/bench/facts',
      wires: [['facts-function']],
    },
    {
      ...place,
      id: 'facts-function',
      type: 'function',
      outputs: 1,
      initialize: '',
      finalize: '',
      libs: [
        { var: 'v8', module: 'v8' },
        { var: 'vm', module: 'vm' },
        { var: 'perf', module: 'perf_hooks' },
        { var: 'proc', module: 'process' },
      ],
      func: `const before = context.get('delay');
if (before) before.disable();
const delay = perf.monitorEventLoopDelay({ resolution: 1 });
const loopDelayP99 = before ? before.percentile(99) / 1e6 : 0;
let memory;
if (msg.req.query.memory) {
  if (msg.req.query.memory === 'collected') {
    v8.setFlagsFromString('--expose-gc');
    vm.runInNewContext('gc')();
  }
  const { heapUsed: heap, external, arrayBuffers, rss: resident } = proc.memoryUsage();
  const young = v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  memory = { heap, young, external, arrayBuffers, resident };
}
delay.enable();
context.set('delay', delay);
return { ...msg, payload: { memory, loopDelayP99 } };`,
      wires: [['facts-end']],
    },
    { ...place, id: 'facts-end', type: 'http response', wires: [] },
  ];
}

/** @param when `collected`: after a collection; `now`: with what waits for one */
export async function memoryOf(nodeRed: NodeRed, when: 'collected' | 'now' = 'collected'): Promise<Memory> {
  const { memory } = await factsOf(nodeRed, `?memory=${when}`);
  if (!memory) throw new Error('it does not tell of its memory');
  return memory;
}

/** Bytes in use on the heap of its main thread, after a collection. */
export async function heapOf(nodeRed: NodeRed): Promise<number> {
  return (await memoryOf(nodeRed)).heap;
}

/** p99 since the last time that facts were asked for, in ms. */
export async function loopDelayOf(nodeRed: NodeRed): Promise<number> {
  return (await factsOf(nodeRed, '')).loopDelayP99;
}

async function factsOf(nodeRed: NodeRed, query: string): Promise<{ memory?: Memory; loopDelayP99: number }> {
  return (await (await nodeRed.node(`bench/facts${query}`)).json()) as {
    memory?: Memory;
    loopDelayP99: number;
  };
}

/** Seconds of processor time that a process has used, in all its threads, and all that it has started (Linux). */
export async function cpuSeconds(pid: number): Promise<number> {
  const all = await processes();
  const used = (one: number): number => {
    const children = all.filter(({ parent }) => parent === one);
    return children.reduce(
      (sum, child) => sum + used(child.pid),
      all.find((each) => each.pid === one)?.used ?? 0,
    );
  };
  return used(pid);
}

interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  /** Seconds, with those of its children that have ended. */
  readonly used: number;
}

async function processes(): Promise<readonly ProcessTime[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  // One that has ended meanwhile is counted by its parent.
  const found = pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').then(processTime, () => []));
  return (await Promise.all(found)).flat();
}

/** @param stat as in proc(5): what stands behind the name in brackets begins with the state */
function processTime(stat: string): ProcessTime[] {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
  return [{ pid: Number.parseInt(stat, 10), parent: Number(fields[1]), used: ticks / 100 }];
}

/** Until a process has done what it does behind its answers: the text index, for one, follows a second later. */
export async function quiet(pid: number): Promise<void> {
  await sleep(1100);
  const lookMs = 300;
  for (;;) {
    const before = await cpuSeconds(pid);
    await sleep(lookMs);
    // A tick of the clock may fall into any look.
    if ((await cpuSeconds(pid)) - before < 0.015) return;
  }
}

/** What a run gave, and the µs of processor time that a process has spent meanwhile. */
export async function withCpu<T>(pid: number, run: () => Promise<T>): Promise<T & { readonly cpu: number }> {
  const before = await cpuSeconds(pid);
  const result = await run();
  return { ...result, cpu: ((await cpuSeconds(pid)) - before) * 1e6 };
}
