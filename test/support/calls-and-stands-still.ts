import { get } from 'node:http';
import { dirname } from 'node:path';
import { createTarget } from '../../src/engine/targets/create-target.ts';
import { Flows } from '../../src/engine/targets/flow/flow.ts';
import { handlerSchema } from '../../src/engine/words/handler.ts';
import { callOf } from './call.ts';

// A process that makes calls while somebody stops it. Arguments: whom it calls (a URL, or a script), how (a type of
// handler, or a mode of a script), the timeout in seconds, how many calls, and whether it stops itself before a byte of
// them is sent. It tells what came of them.
const [url = '', how = '', timeoutSeconds, calls, stopsItself] = process.argv.slice(2);
const flows = new Flows();
flows.open('handler', ({ replyTo }) => {
  get(url, (answer) => {
    answer.on('end', () => flows.reply(replyTo, { ok: true, response: answer.statusCode })).resume();
  });
});
const script = how === 'once' || how === 'resident';
const whom = script ? { handlerType: 'local', mode: how, command: url } : { handlerType: how, url };
const handler = handlerSchema.parse({ id: 'handler', timeoutSeconds, ...whom });
const target = createTarget(handler, { folders: script ? [dirname(url)] : [], enabled: true, flows });
const outcomes = Array.from({ length: Number(calls) }, () => target.call(callOf()));
if (stopsItself === 'yes') process.kill(process.pid, 'SIGSTOP');
const errors = (await Promise.all(outcomes)).map(({ error }) => error);
process.send?.(errors, () => process.exit());
