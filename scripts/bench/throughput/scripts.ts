import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FlowNode, startNodeRed } from '../../../test/support/node-red.ts';
import { httpHandler, registry, tab } from '../../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { startBareUndici } from '../bare-undici.ts';
import { backTo, chainLoop, loop } from '../loop.ts';
import { against, type Measure, us } from '../measure.ts';
import { startReceiver } from '../receiver.ts';
import { residentScript } from '../resident-script.ts';
import { alternate, goRound, post } from './entrants.ts';
import { posts } from './loads.ts';

const rounds = 5;
const few = { bytes: posts.post.bytes, inFlight: posts.post.inFlight, count: 100 };
const many = { ...few, count: 4000 };

/** Events that scripts are called with, in turn with `exec` nodes. */
export const scripts: Measure = {
  name: 'scripts',
  async run() {
    const userDir = temporaryFolder('provisioning-bench-');
    const once = await scriptIn(userDir, 'provision.sh', '#!/bin/sh\necho provisioned\n');
    const resident = await scriptIn(userDir, 'resident.mjs', residentScript);
    const receiver = await startReceiver();
    const undici = await startBareUndici(receiver.url);
    const nodeRed = await startNodeRed({
      userDir,
      flows: flows(once, resident),
      settings: { provisioning: { scriptDirs: [userDir] } },
    });
    try {
      const canvas = { nodeRed, receiver };
      const taken = await alternate(rounds, {
        once: () => goRound(canvas, 'once', few, 0),
        exec: () => goRound(canvas, 'exec', few, 0),
        resident: () => goRound(canvas, 'resident', many, 0),
        post: () => post(undici, posts.post),
      });
      type Name = keyof (typeof taken)[number];
      const pairs = (what: 'perSecond' | 'cpu', ours: Name, theirs: Name) =>
        taken.map((round) => ({ ours: round[ours][what], theirs: round[theirs][what] }));
      return [
        against('scripts, mode: once', 'exec node', pairs('perSecond', 'once', 'exec'), { least: 1 }),
        against('scripts, mode: resident', 'exec node', pairs('perSecond', 'resident', 'exec'), {
          least: 20,
        }),
        against(
          'CPU an event with its script, mode: once',
          'exec node',
          pairs('cpu', 'once', 'exec'),
          null,
          us,
        ),
        against(
          'CPU an event with its script, mode: resident',
          'a bare post',
          pairs('cpu', 'resident', 'post'),
          null,
          us,
        ),
      ];
    } finally {
      await nodeRed.stop();
      receiver.end();
      undici.end();
    }
  },
};

async function scriptIn(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

function flows(once: string, resident: string): FlowNode[] {
  const runs = (name: string, how: { command: string; mode?: string }) => [
    httpHandler('', {
      id: `${name}-handler`,
      name,
      events: [`bench.${name}`],
      concurrency: few.inFlight,
      handlerType: 'local',
      ...how,
    }),
    ...chainLoop(name),
  ];
  return [
    tab,
    registry({ concurrency: few.inFlight }),
    ...runs('once', { command: once }),
    ...runs('resident', { command: resident, mode: 'resident' }),
    ...loop('exec', 'exec-node', 'bench.exec'),
    {
      z: 'tab',
      x: 0,
      y: 0,
      id: 'exec-node',
      type: 'exec',
      command: once,
      addpay: '',
      append: '',
      useSpawn: 'false',
      timer: '',
      wires: [[backTo('exec')], [], []],
    },
  ];
}
