import type { Node, NodeAPI } from 'node-red';
import { codeVariables } from '../src/engine/targets/local/code-variables.ts';
import { InvalidInput } from '../src/engine/words/errors.ts';
import { type HandlerCredentials, handlerOf, type SavedHandler } from '../src/runtime/handler-config.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { refuseSubflow } from '../src/runtime/node-home.ts';
import { errorStatus } from '../src/runtime/node-outcome.ts';
import { type Provisioning, provisioningOf, type Registration } from '../src/runtime/provisioning.ts';

/** Why a handler is in no registry's set; undefined when it is, or its registry tells by itself. */
function registryProblem(provisioning: Provisioning, registry: string): string | undefined {
  if (!registry) return 'is missing: choose one in the dialog of the handler, and deploy';
  if (provisioning.engine(registry) || provisioning.problemOf(registry) !== undefined) return undefined;
  return 'refers to no deployed registry: choose another one, or deploy it too';
}

/** Says on the node what is wrong with it, and keeps it registered as refused while it lives. */
function refuse(node: Node<object>, error: unknown, register: (problem: string) => Registration): void {
  if (!(error instanceof InvalidInput)) throw error;
  node.error(error.message);
  node.status(errorStatus(error));
  const { end } = register(error.message);
  node.on('close', end);
}

/** Who is called when an event happens. */
export default function provisioningHandler(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);
  const refused = codeVariables(provisioning.settings.scriptEnvironment);

  function ProvisioningHandler(this: Node<object>, saved: SavedHandler): void {
    RED.nodes.createNode(this, saved);
    const registry = String(saved['registry'] ?? '');
    try {
      refuseSubflow(RED, saved);
    } catch (error) {
      return refuse(this, error, (problem) => provisioning.refuseNode(registry, problem));
    }
    try {
      const handler = handlerOf(
        RED,
        migrate('handler', saved),
        (this.credentials ?? {}) as HandlerCredentials,
        (name) => RED.util.getSetting(this as Parameters<typeof RED.util.getSetting>[0], name),
        refused,
      );
      const { end } = provisioning.addHandler(registry, handler);
      const unstarted = provisioning.onStarted(() => {
        const problem = registryProblem(provisioning, registry);
        if (problem) this.error(`handler "${handler.name || handler.id}": registry: ${problem}`);
      });
      this.on('close', () => {
        end();
        unstarted();
      });
    } catch (error) {
      refuse(this, error, (problem) => provisioning.refuseHandler(registry, saved, problem));
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
    // For the dialog, which tells of such a name before the deploy does.
    settings: {
      provisioningHandlerRefusedVariables: {
        value: { source: refused.source, flags: refused.flags },
        exportable: true,
      },
    },
  });
}
