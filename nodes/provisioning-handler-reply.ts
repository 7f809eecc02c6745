import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { InvalidInput } from '../src/engine/words/errors.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, onInput } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedReply extends NodeDef {
  /** Whether every message that arrives means that the handler has failed. */
  readonly outcome?: 'message' | 'failed';
}

interface ReplyMessage extends NodeMessageInFlow {
  error?: unknown;
  provisioning?: { readonly replyTo?: string };
}

/** Ends the turn of a handler of the type `flow`. */
export default function provisioningHandlerReply(RED: NodeAPI): void {
  const { flows } = provisioningOf(RED);

  function ProvisioningHandlerReply(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const saved = configured(this, () => migrate('handler-reply', def as SavedReply));
    if (!saved) return;
    const { outcome = 'message' } = saved;
    onInput<ReplyMessage>(this, async ({ payload, error, provisioning }) => {
      const replyTo = provisioning?.replyTo;
      if (typeof replyTo !== 'string') {
        throw new InvalidInput(RED._('provisioning-handler-reply.error.reply'), [
          { field: 'msg.provisioning.replyTo', message: RED._('provisioning-handler-reply.error.noTurn') },
        ]);
      }
      const failed = outcome === 'failed' || (error !== undefined && error !== null);
      const known = flows.reply(
        replyTo,
        failed ? { ok: false, error: error ?? payload } : { ok: true, response: payload },
      );
      if (!known) this.warn(RED._('provisioning-handler-reply.warn.over'));
    });
  }
  RED.nodes.registerType('provisioning-handler-reply', ProvisioningHandlerReply);
}
