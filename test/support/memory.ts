import type { FlowNode, NodeRed } from './node-red.ts';

/** What a Node-RED holds after a collection, in bytes. */
export interface Memory {
  /** Of its main thread: objects, and the buffers that they own. */
  readonly heap: number;
  /** Of the whole process, with its threads. */
  readonly resident: number;
}

const place = { z: 'tab', x: 0, y: 0 };

/** Nodes that tell of Node-RED's memory by HTTP. */
export const memoryNodes: readonly FlowNode[] = [
  { ...place, id: 'memory-in', type: 'http in', method: 'get', url: '/memory', wires: [['memory']] },
  {
    ...place,
    id: 'memory',
    type: 'function',
    outputs: 1,
    initialize: '',
    finalize: '',
    libs: [
      { var: 'v8', module: 'v8' },
      { var: 'vm', module: 'vm' },
      { var: 'proc', module: 'process' },
    ],
    func: `v8.setFlagsFromString('--expose-gc');
vm.runInNewContext('gc')();
const { heapUsed, external, rss } = proc.memoryUsage();
return { ...msg, payload: { heap: heapUsed + external, resident: rss } };`,
    wires: [['memory-out']],
  },
  { ...place, id: 'memory-out', type: 'http response', wires: [] },
];

export async function memoryOf(nodeRed: NodeRed): Promise<Memory> {
  return (await (await nodeRed.node('memory')).json()) as Memory;
}
