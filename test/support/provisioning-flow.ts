import type { FlowNode } from './node-red.ts';

/** Nodes of a small flow, with what a test does not care about filled in. */
type Properties = Readonly<Record<string, unknown>> & { readonly credentials?: Record<string, string> };

export const tab: FlowNode = { id: 'tab', type: 'tab', label: 'Test' };

export function registry(properties: Properties = {}): FlowNode {
  return { id: 'registry', type: 'provisioning-registry', name: 'Registry', ...properties };
}

/** An HTTP handler of all events, tried once. */
export function httpHandler(url: string, properties: Properties = {}): FlowNode {
  return {
    id: 'handler',
    type: 'provisioning-handler',
    name: 'Handler',
    registry: 'registry',
    events: ['*'],
    handlerType: 'http',
    url,
    retryDelays: [],
    ...properties,
  };
}

/** An event node wired to the executor `executor`. */
export function eventNode(properties: Properties = {}): FlowNode {
  return {
    id: 'event',
    type: 'provisioning-event',
    z: 'tab',
    x: 100,
    y: 100,
    name: '',
    registry: 'registry',
    wires: [['executor']],
    ...properties,
  };
}

/** An event node that receives at `path`. */
export function intakeNode(path: string, properties: Properties = {}): FlowNode {
  return eventNode({ intake: true, path, ...properties });
}

export function executor(properties: Properties = {}): FlowNode {
  return {
    id: 'executor',
    type: 'provisioning-executor',
    z: 'tab',
    x: 100,
    y: 100,
    name: '',
    registry: 'registry',
    wires: [[], [], []],
    ...properties,
  };
}

/** A good envelope. */
export function envelope(objectId: number | string = 12, eventType = 'clients.create') {
  return {
    event: { dt: '2026-01-31T12:00:00+00:00', events_id: eventType, object_id: objectId },
    data: { id: objectId, name: 'Anna' },
  };
}

export function postJson(value: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  };
}
