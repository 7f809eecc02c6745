import type { Node, NodeAPI } from 'node-red';
import { codeVariables } from '../src/engine/targets/local/code-variables.ts';
import {
  type HandlerCredentials,
  handlerCredentials,
  handlerOf,
  type SavedHandler,
} from '../src/runtime/handler-config.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { isDeployed } from '../src/runtime/node-home.ts';
import { configured, onClose } from '../src/runtime/node-outcome.ts';
import { type Provisioning, provisioningOf } from '../src/runtime/provisioning.ts';
import { isInSubflow, refuseSubflow } from '../src/runtime/subflows.ts';

/** Why a handler is in no registry's set; undefined when it is, or its registry tells by itself. */
function registryProblem(provisioning: Provisioning, registry: string): string | undefined {
  if (!registry) return 'is missing: choose one in the dialog of the handler, and deploy';
  return isDeployed(provisioning, registry)
    ? undefined
    : 'refers to no deployed registry: choose another one, or deploy it too';
}

/** Who is called when an event happens. */
export default function provisioningHandler(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);
  const refused = codeVariables(provisioning.settings.scriptEnvironment);

  function ProvisioningHandler(this: Node<object>, saved: SavedHandler): void {
    RED.nodes.createNode(this, saved);
    const registry = String(saved['registry'] ?? '');
    const { handlers } = provisioning;
    const handler = configured(
      this,
      () => {
        refuseSubflow(RED, saved);
        return handlerOf(
          RED,
          migrate('handler', saved),
          (this.credentials ?? {}) as HandlerCredentials,
          (name) => RED.util.getSetting(this as Parameters<typeof RED.util.getSetting>[0], name),
          refused,
        );
      },
      ({ message }) =>
        onClose(this, handlers.refuse(registry, isInSubflow(RED, saved) ? {} : saved, message)),
    );
    if (!handler) return;
    const remove = handlers.add(registry, handler);
    const unstarted = provisioning.onStarted(() => {
      const problem = registryProblem(provisioning, registry);
      if (problem) this.error(`handler "${handler.name || handler.id}": registry: ${problem}`);
    });
    onClose(this, remove, unstarted);
  }
  RED.nodes.registerType('provisioning-handler', ProvisioningHandler, {
    credentials: handlerCredentials,
    // For the dialog, which tells of such a name before the deploy does.
    settings: {
      provisioningHandlerRefusedVariables: {
        value: { source: refused.source, flags: refused.flags },
        exportable: true,
      },
    },
  });
}
