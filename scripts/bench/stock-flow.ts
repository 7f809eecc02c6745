import type { FlowNode } from '../../test/support/node-red.ts';

export interface StockFlow {
  readonly url: string;
  /** Whether the connection is kept. */
  readonly persist: boolean;
  /** The answers' file. */
  readonly file: string;
  /** The node after it. */
  readonly next: string;
}

/** What Node-RED has itself: the node `<name>-request`, which calls an endpoint, and a `file` that keeps the answer. */
export function requestThenFile(name: string, { url, persist, file, next }: StockFlow): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  return [
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
      filename: file,
      filenameType: 'str',
      appendNewline: true,
      overwriteFile: 'false',
      encoding: 'none',
      wires: [[next]],
    },
  ];
}
