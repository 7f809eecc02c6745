import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { FlowCall } from '../src/engine/targets/flow/flow.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, onClose } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedHandlerIn extends NodeDef {
  /** The handler whose turn comes out here. */
  readonly handler: string;
}

/**
 * The turn of a handler of the type `flow` comes out here. The second node for a handler goes red, and takes over when
 * the first one is gone.
 */
export default function provisioningHandlerIn(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningHandlerIn(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const saved = configured(this, () => migrate('handler-in', def as SavedHandlerIn));
    if (!saved) return;
    const { handler } = saved;
    if (!handler) {
      this.status({ fill: 'red', shape: 'ring', text: 'provisioning-handler-in.status.none' });
      return;
    }
    const enter = (call: FlowCall) => this.send(messageOf(RED, call));
    let close = provisioning.flows.open(handler, enter);
    if (!close) {
      this.status({ fill: 'red', shape: 'ring', text: 'provisioning-handler-in.status.second' });
      this.error(RED._('provisioning-handler-in.error.second'));
    }
    const stop = provisioning.onStarted(() => {
      if (!close) {
        close = provisioning.flows.open(handler, enter);
        if (!close) return;
        this.status({});
      }
      provisioning.flows.reenter(handler);
    });
    onClose(this, stop, () => close?.());
  }
  RED.nodes.registerType('provisioning-handler-in', ProvisioningHandlerIn);
}

function messageOf(
  RED: NodeAPI,
  { body, handler, attempt, hops, replyTo, webhookId, eventId, eventType, objectId }: FlowCall,
) {
  return {
    _msgid: RED.util.generateId(),
    payload: JSON.parse(body),
    provisioning: { eventId, eventType, objectId, handler, attempt, hops: hops + 1, webhookId, replyTo },
  };
}
