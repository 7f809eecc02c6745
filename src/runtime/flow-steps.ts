import type { Node, NodeAPI } from 'node-red';
import type { Journey } from '../engine/events-out.ts';

interface Passing {
  readonly msg: object & { readonly provisioning?: unknown };
}

/**
 * Tells, by Node-RED's hooks, of each step of an event through the flow: from a message's dispatch to a node until
 * that node is done with it. A node that never says so keeps its step. https://nodered.org/docs/api/hooks/messages/
 */
export function followSteps(
  { hooks }: Pick<NodeAPI, 'hooks'>,
  journeyOf: (registry: string, eventId: string) => Journey | undefined,
): void {
  const atNode = new WeakMap<object, Journey>();
  const dispatched = new WeakSet<object>();
  const begin = (msg: Passing['msg']): boolean => {
    const { registry, eventId } = (msg.provisioning ?? {}) as Record<string, unknown>;
    if (typeof registry !== 'string' || typeof eventId !== 'string') return false;
    const journey = journeyOf(registry, eventId);
    if (!journey) return false;
    atNode.set(msg, journey);
    journey.begin();
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
  // A subflow only hands on, and never says that it is done.
  hooks.add('postReceive.provisioning', ({ msg, destination }: Passing & { destination: { node: Node } }) => {
    if (destination.node.type.startsWith('subflow:')) end(msg);
  });
  hooks.add('onComplete.provisioning', ({ msg }: Passing) => end(msg));
}
