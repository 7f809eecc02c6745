import { existsSync } from 'node:fs';
import { handlerSchema } from '../../src/engine/handler.ts';
import { createTarget } from '../../src/engine/targets/create-target.ts';
import { Flows } from '../../src/engine/targets/flow.ts';
import { callOf } from './call.ts';
import { eventually } from './eventually.ts';

// A process that ends while its script runs. Arguments: the folder of programs, where to write
// process ids, and the handler's mode.
const [folder = '', pids = '', mode] = process.argv.slice(2);
const handler = handlerSchema.parse({
  id: 'handler',
  handlerType: 'local',
  command: 'sleeps.sh',
  mode,
  environment: [{ name: 'PIDS', value: pids }],
});
void createTarget(handler, { folders: [folder], enabled: true, flows: new Flows() }).call(callOf());
await eventually('the script runs', () => existsSync(pids));
process.exit();
