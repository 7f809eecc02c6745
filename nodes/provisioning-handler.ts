import type { Node, NodeAPI } from 'node-red';
import { InvalidInput } from '../src/engine/errors.ts';
import { type HandlerCredentials, handlerOf, type SavedHandler } from '../src/runtime/handler-config.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { refuseSubflow } from '../src/runtime/node-home.ts';
import { errorStatus } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

/** Who is called when an event happens. */
export default function provisioningHandler(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningHandler(this: Node<object>, saved: SavedHandler): void {
    RED.nodes.createNode(this, saved);
    const registry = String(saved['registry'] ?? '');
    try {
      refuseSubflow(RED, saved);
      const handler = handlerOf(
        RED,
        migrate('handler', saved),
        (this.credentials ?? {}) as HandlerCredentials,
      );
      const { end } = provisioning.addHandler(registry, handler);
      this.on('close', end);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      this.error(error.message);
      this.status(errorStatus(error));
      this.on('close', provisioning.refuseHandler(registry, saved.id, error.message).end);
    }
  }
  RED.nodes.registerType('provisioning-handler', ProvisioningHandler, {
    credentials: {
      user: { type: 'password' },
      password: { type: 'password' },
      token: { type: 'password' },
      signingSecret: { type: 'password' },
      previousSigningSecret: { type: 'password' },
    },
  });
}
