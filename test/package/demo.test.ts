import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually } from '../support/eventually.ts';
import { examples } from '../support/examples.ts';
import { freePort } from '../support/free-port.ts';
import type { FlowNode } from '../support/node-red.ts';
import { packageRoot, readText } from '../support/package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the demo', function () {
  this.timeout(60_000);
  const folder = temporaryFolder('demo-');
  const flowFile = join(folder, 'flows.json');
  let demo: ChildProcess | undefined;
  let output = '';

  async function start(port: number): Promise<void> {
    output = '';
    demo = spawn(process.execPath, ['scripts/demo.ts', folder], {
      cwd: packageRoot,
      env: { ...process.env, PORT: String(port) },
    });
    for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (chunk) => (output += chunk));
    await eventually('the demo said what to do', () => output.includes('Fire an event:'), 30_000).catch(
      (error) => {
        throw new Error(`${error.message}; it printed:\n${output}`);
      },
    );
  }

  async function stop(): Promise<void> {
    if (!demo || demo.exitCode !== null || demo.signalCode !== null) return;
    demo.kill('SIGTERM');
    await once(demo, 'exit');
  }

  const command = () => /Fire an event: +(curl .+)/.exec(output)?.[1] ?? '';
  const printed = (text: string) => eventually(`it printed ${text}`, () => output.includes(text));

  afterEach(stop);

  it('runs all examples, takes the event of the command it prints, and prints what the handlers answered', async () => {
    const port = await freePort();
    await start(port);
    assert.match(output, new RegExp(`Editor: +http://127\\.0\\.0\\.1:${port}\n`));
    const { stdout } = await execa('sh', ['-c', command()]);
    assert.match(stdout, /^\{"id":/);
    await printed('clients.create of 12: CRM succeeded');
    await printed('clients.create of 12: Show the event succeeded');
    assert.equal(
      JSON.parse(readFileSync(flowFile, 'utf8')).filter(({ type }: FlowNode) => type === 'tab').length,
      examples.length,
    );
  });

  it('keeps what was changed, follows to another port, and takes the event of the command in the README', async () => {
    const flows = JSON.parse(readFileSync(flowFile, 'utf8')) as FlowNode[];
    writeFileSync(flowFile, JSON.stringify([...flows, { id: 'mine', type: 'tab', label: 'Mine' }]));
    const port = await freePort();
    await start(port);
    const answer = await fetch(`http://127.0.0.1:${port}/flows`);
    assert.ok(((await answer.json()) as FlowNode[]).some(({ id }) => id === 'mine'));
    const [fromReadme = ''] = /^curl .+$/m.exec(readText('README.md')) ?? [];
    await execa('sh', ['-c', fromReadme.replace('127.0.0.1:1880', `127.0.0.1:${port}`)]);
    await printed('clients.create of 12: CRM succeeded');
  });

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = await execa(process.execPath, ['scripts/demo.ts', folder], {
      cwd: packageRoot,
      env: { PORT: String(port) },
      reject: false,
    });
    other.close();
    assert.equal(taken.exitCode, 1);
    assert.equal(
      taken.stderr,
      `Port ${port} is taken. Choose another one, for instance: PORT=${port + 1} npm start`,
    );
  });
});
