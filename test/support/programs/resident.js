#!/usr/bin/env node
// A resident script that does to each call what its payload's `data.do` says.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { PIDS, STUBBORN } = process.env;
const held = [];
const answer = (id, response) => console.log(JSON.stringify({ id, ok: true, response }));
const known = {
  fail: ({ id }) =>
    console.log(JSON.stringify({ id, ok: false, error: 'no such client', response: { id: 12 } })),
  'fail without a word': ({ id }) => console.log(JSON.stringify({ id, ok: false })),
  say: ({ id, payload }) => answer(id, payload.data.response),
  hold: ({ id }) => held.push(id),
  release: ({ id }) => {
    for (const other of [id, ...held.splice(0).reverse()]) answer(other, other);
  },
  die: ({ payload }) => process.stderr.write(payload.data.words, () => process.exit(3)),
  kill: ({ payload }) =>
    process.stderr.write(payload.data.words ?? '', () => process.kill(process.pid, 'SIGKILL')),
  shout: ({ id }) => process.stderr.write('!'.repeat(1_000_000), () => answer(id, 'done')),
  print: ({ payload }) => console.log(payload.data.line),
  'answer twice': ({ id }) => {
    answer(id, 'once');
    answer(id, 'twice');
  },
  flood: () => process.stdout.write('x'.repeat(2 * 1024 * 1024)),
  'stop reading': () => {
    for (const end = Date.now() + 1500; Date.now() < end; );
  },
  nothing: () => undefined,
};

if (STUBBORN) {
  process.on('SIGTERM', () => undefined);
  const child = spawn('sh', ['-c', "trap '' TERM; sleep 30"], { stdio: 'ignore' });
  appendFileSync(PIDS, `${child.pid} `);
}
if (PIDS) appendFileSync(PIDS, `${process.pid} `);
setInterval(() => undefined, 60_000);

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  const does = known[call.payload.data.do];
  if (does) does(call);
  else
    answer(call.id, {
      line,
      pid: process.pid,
      env: process.env,
      argv: process.argv.slice(2),
      cwd: process.cwd(),
    });
}
if (!STUBBORN) process.exit();
