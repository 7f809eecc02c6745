import { join } from 'node:path';
import type { FlowNode } from '../../../test/support/node-red.ts';
import { executor, httpHandler, intakeNode, registry, tab } from '../../../test/support/provisioning-flow.ts';
import { requestThenFile } from '../stock-flow.ts';

/** An intake at `/events` with one handler, and at `/stock` what Node-RED has itself. @param folder for its file */
export function intakeFlows(url: string, folder: string): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  return [
    tab,
    registry(),
    httpHandler(url, { concurrency: 64 }),
    intakeNode('/events'),
    executor(),
    { ...place, id: 'in', type: 'http in', method: 'post', url: '/stock', wires: [['stock-request']] },
    ...requestThenFile('stock', { url, persist: true, file: join(folder, 'stock.log'), next: 'response' }),
    { ...place, id: 'response', type: 'http response', wires: [] },
  ];
}
