import { once } from 'node:events';
import { eventually } from './eventually.ts';
import type { NodeRed } from './node-red.ts';

/** A node's status on the canvas. */
export interface ShownStatus {
  readonly fill?: string;
  readonly shape?: string;
  readonly text?: string;
}

export interface NodeStatuses {
  /** What the canvas shows at a node now. */
  of(node: string): ShownStatus;
  /** Waits until it shows something that `is` accepts. */
  become(node: string, is: (status: ShownStatus) => boolean, ms?: number): Promise<ShownStatus>;
  close(): void;
}

/** Follows the statuses of all nodes, as an open editor does. */
export async function followStatuses({ url }: NodeRed): Promise<NodeStatuses> {
  const statuses = new Map<string, ShownStatus>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/comms`);
  socket.addEventListener('message', ({ data }) => {
    for (const { topic, data: shown } of JSON.parse(String(data)) as {
      topic?: string;
      data: ShownStatus;
    }[]) {
      if (topic?.startsWith('status/')) statuses.set(topic.slice('status/'.length), shown);
    }
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ subscribe: 'status/#' }));
  const of = (node: string) => statuses.get(node) ?? {};
  return {
    of,
    become: (node, is, ms) =>
      eventually(`the status of ${node}`, () => is(of(node)) && of(node), ms).catch((error) => {
        throw new Error(`${error.message}; it is ${JSON.stringify(of(node))}`);
      }),
    close: () => socket.close(),
  };
}
