import { join } from 'node:path';
import type { FlowNode } from '../../../test/support/node-red.ts';
import { httpHandler } from '../../../test/support/provisioning-flow.ts';
import { backTo, chainLoop, loop } from '../loop.ts';
import { requestThenFile } from '../stock-flow.ts';

/** The most in flight of any load. */
export const concurrency = 256;

/** The loop `<handlers>`, whose events so many handlers of the registry `registry` are called for. */
export function chain(url: string, handlers: number): FlowNode[] {
  const name = String(handlers);
  return [
    ...Array.from({ length: handlers }, (_, at) =>
      httpHandler(url, {
        id: `handler-${name}-${at}`,
        name: `Handler ${at} of ${name}`,
        events: [`bench.${name}`],
        concurrency,
      }),
    ),
    ...chainLoop(name),
  ];
}

/** A loop through what Node-RED has itself. @param folder for its file */
export function stockLoop(name: string, url: string, persist: boolean, folder: string): FlowNode[] {
  return [
    ...loop(name, `${name}-request`, 'bench.stock'),
    ...requestThenFile(name, { url, persist, file: join(folder, `${name}.log`), next: backTo(name) }),
  ];
}
