import type { Node, NodeAPI, NodeDef } from 'node-red';
import { InvalidInput } from '../src/engine/words/errors.ts';
import { parse } from '../src/engine/words/parse.ts';
import { registryConfigSchema } from '../src/engine/words/registry-config.ts';
import { adminApi } from '../src/runtime/admin-api.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { errorStatus } from '../src/runtime/node-outcome.ts';
import { processIsEnding } from '../src/runtime/process-end.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';
import { refuseSubflow } from '../src/runtime/subflows.ts';

/** A set of handlers with its own journal, settings and log. */
export default function provisioningRegistry(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);
  adminApi(RED);

  function ProvisioningRegistry(this: Node, saved: NodeDef): void {
    RED.nodes.createNode(this, saved);
    try {
      refuseSubflow(RED, saved);
      const config = parse(
        `registry "${saved.name || saved.id}"`,
        registryConfigSchema,
        migrate('registry', saved),
      );
      const { engine, end } = provisioning.addRegistry(config);
      this.on('close', (done: () => void) => {
        end();
        // A deploy neither waits nor aborts; the end of the process gives attempts in flight their time.
        if (processIsEnding()) engine.close().finally(done);
        else done();
      });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      if (error !== provisioning.settingsError) this.error(error.message);
      this.status(errorStatus(error.message));
      this.on('close', provisioning.refuseRegistry(saved, error.message));
    }
  }
  RED.nodes.registerType('provisioning-registry', ProvisioningRegistry);
}
