import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const userDir = resolve(process.argv[2] ?? join(root, '.demo'));
const port = Number(process.env['PORT'] ?? 1880);
const url = `http://127.0.0.1:${port}`;
const flowFile = join(userDir, 'flows.json');

if (!(await isFree(port))) {
  console.error(`Port ${port} is taken. Choose another one, for instance: PORT=${port + 1} npm start`);
  process.exit(1);
}
await mkdir(userDir, { recursive: true });
await writeFile(flowFile, await allExamples(), { flag: 'wx' }).catch((error) => {
  // Those of the last time are kept.
  if (error.code !== 'EEXIST') throw error;
});

const require = createRequire(import.meta.url);
require('node-red').events.once('flows:started', greet);
process.argv.splice(
  2,
  Infinity,
  '--port',
  String(port),
  '--userDir',
  userDir,
  '--settings',
  join(root, 'scripts/demo-settings.cjs'),
);
require('node-red/red.js');

function isFree(candidate: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(candidate, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function allExamples(): Promise<string> {
  const folder = join(root, 'examples');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  const flows = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return JSON.stringify(
    flows.flatMap((flow) => JSON.parse(flow)),
    null,
    4,
  );
}

/** Says what to do now that events are taken, below all that Node-RED logs at its start. */
async function greet(): Promise<void> {
  await sleep(500);
  console.log(`
Editor:         ${url}
Fire an event:  curl -X POST ${url}/provisioning/events -H 'content-type: application/json' -d '${await sampleEvent()}'
What every handler answered is printed here. Stop with Ctrl-C; your changes are kept in ${userDir}.
`);
}

async function sampleEvent(): Promise<string> {
  const { event, data } = JSON.parse(
    await readFile(join(root, 'samples/payloads/clients.create.json'), 'utf8'),
  );
  return JSON.stringify({ event: { ...event, dt: new Date().toISOString() }, data });
}
