import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-port.ts';
import { packageRoot } from '../support/package.ts';
import { envelope, postJson } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the demo of several instances', function () {
  this.timeout(90_000);
  let demo: ChildProcess;
  let output = '';
  let url: string;

  before(async () => {
    // The balancer's, and one for each instance.
    const port = await freePorts(4);
    url = `http://127.0.0.1:${port}`;
    demo = spawn(process.execPath, ['scripts/cluster.ts', temporaryFolder('demo-')], {
      cwd: packageRoot,
      env: { ...process.env, PORT: String(port) },
    });
    for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (chunk) => (output += chunk));
    await up(3);
  });
  after(async () => {
    demo.kill('SIGTERM');
    await once(demo, 'exit');
  });

  const page = async () => (await fetch(url)).text();
  const up = (count: number) =>
    eventually(
      `${count} are up`,
      async () => (await page().catch(() => '')).split('<td>up<td>').length === count + 1,
      60_000,
    ).catch((error) => {
      throw new Error(`${error.message}; it printed:\n${output}`);
    });
  const send = async (object: number) => {
    const response = await fetch(`${url}/provisioning/events`, postJson(envelope(object)));
    assert.equal(response.status, 202);
    return response.headers.get('x-instance');
  };

  it('spreads events over three, and goes on with two when one is killed', async () => {
    const takers = [await send(1), await send(2), await send(3)];
    assert.equal(new Set(takers).size, 3);
    await fetch(`${url}/cluster/kill/2`, { method: 'POST' });
    await up(2);
    const others = [await send(4), await send(5), await send(6)];
    assert.deepEqual([...new Set(others)].sort(), ['1', '3']);
    await eventually('both have called', () => output.split('CRM succeeded').length > 6, 30_000);
  });

  it('lets no other page press its buttons', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    await fetch(`${url}/cluster/kill/1`, { method: 'POST', headers });
    await up(2);
  });
});
