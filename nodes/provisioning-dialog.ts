import type { NodeAPI } from 'node-red';

/** What the dialogs share lives in the editor half. */
export default function provisioningDialog(RED: NodeAPI): void {
  // Node-RED keeps the pages of all plugins until one registers in the runtime. Without this, plugins that were
  // installed from the palette are missing from a reloaded editor until Node-RED restarts.
  RED.plugins.registerPlugin('provisioning-dialog', { type: 'provisioning-dialog' });
}
