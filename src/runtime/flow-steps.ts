import type { Node, NodeAPI } from 'node-red';
import type { FlowTrace } from '../engine/delivery/events-out.ts';

interface Destination {
  /** Of Node-RED's own account: how many of the node's listeners say when they are done. */
  readonly destination: { readonly node: Node & { readonly _expectedDoneCount?: number } };
}

interface Passing {
  readonly msg: object & { readonly provisioning?: unknown };
}

/** How long a node that never says that it is done is taken to be at work, in ms. */
const silentMs = 1000;

/**
 * Tells, by Node-RED's hooks, of each step of an event through the flow: from a message's dispatch to a node until
 * that node is done with it. https://nodered.org/docs/api/hooks/messages/
 */
export function followSteps(
  { hooks }: Partial<Pick<NodeAPI, 'hooks'>>,
  traceOf: (registry: string, eventId: string) => FlowTrace | undefined,
): void {
  // The test helper of Node-RED has none: there, an event that is dropped is unclaimed after its time.
  if (!hooks) return;
  const atNode = new WeakMap<object, FlowTrace>();
  const dispatched = new WeakSet<object>();
  const begin = (msg: Passing['msg']): boolean => {
    const { registry, eventId } = (msg.provisioning ?? {}) as Record<string, unknown>;
    if (typeof registry !== 'string' || typeof eventId !== 'string') return false;
    const trace = traceOf(registry, eventId);
    if (!trace) return false;
    atNode.set(msg, trace);
    trace.begin();
    return true;
  };
  const end = (msg: object) => atNode.get(msg)?.end();

  hooks.remove('*.provisioning');
  hooks.add('preDeliver.provisioning', ({ msg }: Passing) => {
    if (begin(msg)) dispatched.add(msg);
  });
  // Links, and nodes for errors, give a message to a node directly.
  hooks.add('onReceive.provisioning', ({ msg }: Passing) => {
    if (!dispatched.delete(msg)) begin(msg);
  });
  hooks.add('postReceive.provisioning', ({ msg, destination: { node } }: Passing & Destination) => {
    // A subflow only hands on; others, such as the core's switch, may go on by themselves for a moment.
    if (node.type.startsWith('subflow:')) end(msg);
    else if (node._expectedDoneCount === 0 && atNode.has(msg)) setTimeout(end, silentMs, msg).unref();
  });
  hooks.add('onComplete.provisioning', ({ msg }: Passing) => end(msg));
}
