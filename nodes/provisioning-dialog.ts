import type { NodeAPI } from 'node-red';
import { isWithin } from '../src/runtime/doctor/versions.ts';
import { readManifest } from '../src/runtime/manifest.ts';

/** What the dialogs share lives in the editor half. */
export default function provisioningDialog(RED: NodeAPI): void {
  // Node-RED keeps the pages of all plugins until one registers in the runtime. Without this, plugins that were
  // installed from the palette are missing from a reloaded editor until Node-RED restarts.
  RED.plugins.registerPlugin('provisioning-dialog', { type: 'provisioning-dialog' });
  // The nodes themselves can't be loaded by a Node.js that is too old, and so can't say it.
  const { engines } = readManifest();
  const { version } = process;
  if (isWithin(version, engines.node)) return;
  RED.log.error(
    `node-red-contrib-provisioning needs Node.js ${engines.node}, and this is ${version}: install a newer Node.js and restart Node-RED`,
  );
}
