import { coreNodes } from './core-nodes.ts';
import type { FlowNode } from './node-red.ts';

// Core nodes to stand around ours. All of them on the tab `tab`.

export function placed(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>> = {},
): FlowNode {
  return { id, type, z: 'tab', x: 100, y: 100, wires: [[]], ...properties };
}

/** Requests by POST become messages. */
export function httpIn(path: string, ...next: readonly string[]): FlowNode {
  return placed(`in ${path}`, 'http in', { url: path, method: 'post', upload: false, wires: [next] });
}

/** A message that still has its request's `res` answers it with `payload`. */
export const httpResponse = placed('response', 'http response', { statusCode: '', headers: {}, wires: [] });

/** @param wires the nodes after it, output by output */
export function code(id: string, func: string, ...wires: readonly (readonly string[])[]): FlowNode {
  return placed(id, 'function', { func, outputs: wires.length, libs: [], wires });
}

/** Answers the request with what the message has become. */
export function answering(id: string, properties: string): FlowNode {
  return code(id, `msg.payload = { ${properties} }; return msg;`, ['response']);
}

export function catching(id: string, scope: readonly string[], next: string): FlowNode {
  return placed(id, 'catch', { scope, uncaught: false, wires: [[next]] });
}

export function completing(id: string, scope: readonly string[], next: string): FlowNode {
  return placed(id, 'complete', { scope, uncaught: false, wires: [[next]] });
}

/** Settings for a Node-RED that has no core nodes but those above. */
export const fewNodes = {
  nodesExcludes: coreNodes().filter((file) => !/function|httpin|catch|complete|link|inject/.test(file)),
};
