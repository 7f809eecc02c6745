import { existsSync } from 'node:fs';
import { createTarget } from '../../src/engine/targets/create-target.ts';
import { Flows } from '../../src/engine/targets/flow/flow.ts';
import { handlerSchema } from '../../src/engine/words/handler.ts';
import { callOf } from './call.ts';
import { eventually } from './eventually.ts';
import { readPids } from './processes.ts';

// A process that ends while its script runs. Arguments: the folder of programs, where to write process ids, the
// handler's mode, and, if the script is to have another process, the way in which that one escapes.
const [folder = '', pids = '', mode, way] = process.argv.slice(2);
const handler = handlerSchema.parse({
  id: 'handler',
  handlerType: 'local',
  command: way ? 'escapes.sh' : 'sleeps.sh',
  mode,
  environment: [
    { name: 'PIDS', value: pids },
    { name: 'WAY', value: way ?? '' },
    { name: 'STUBBORN', value: way ? 'yes' : '' },
  ],
});
void createTarget(handler, { folders: [folder], enabled: true, flows: new Flows() }).call(
  callOf({ webhookId: pids }),
);
await eventually('the script runs', () => existsSync(pids) && readPids(pids).length === (way ? 2 : 1));
process.exit();
