import { existsSync } from 'node:fs';
import { handlerSchema, type LocalHandler } from '../../src/engine/handler.ts';
import { localTarget } from '../../src/engine/targets/local.ts';
import { ScriptFolders } from '../../src/engine/targets/script-folders.ts';
import { callOf } from './call.ts';
import { eventually } from './eventually.ts';

// A process that ends while its script runs. Arguments: the folder of programs, and where to write process ids.
const [folder = '', pids = ''] = process.argv.slice(2);
const handler = handlerSchema.parse({
  id: 'handler',
  handlerType: 'local',
  command: 'sleeps.sh',
  environment: [{ name: 'PIDS', value: pids }],
});
const scripts = new ScriptFolders({ folders: [folder], enabled: true });
void localTarget(handler as LocalHandler, { scripts }).call(callOf());
await eventually('the script runs', () => existsSync(pids));
process.exit();
