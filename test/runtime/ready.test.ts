import assert from 'node:assert/strict';
import type { Response } from 'express';
import { readyRoute } from '../../src/runtime/admin/ready-route.ts';
import type { AdminRequest, Routes, Write } from '../../src/runtime/admin/routes.ts';
import type { Provisioning } from '../../src/runtime/provisioning.ts';
import { eventually } from '../support/eventually.ts';
import { misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { user } from '../support/users.ts';

const isReady = async (red: NodeRed) => {
  const response = await red.admin('provisioning/ready');
  const body = await response.json();
  assert.deepEqual(body, { ready: response.status === 200 });
  assert.ok([200, 503].includes(response.status));
  return response.status === 200;
};

describe('whether a Node-RED is ready', function () {
  this.timeout(60_000);

  it('is told to whoever asks, until it is asked to end', async () => {
    const held = Promise.withResolvers<void>();
    const server = await misbehavingServer(({ response }) => {
      void held.promise.then(() => response.end());
    });
    const red = await startNodeRed({
      settings: { disableEditor: true, adminAuth: { type: 'credentials', users: [user('admin', '*')] } },
      flows: [tab, registry(), intakeNode('/in'), executor(), httpHandler(server.url)],
    });
    await eventually('it is', () => isReady(red));
    await red.node('/in', postJson(envelope()));
    await eventually('it calls', () => server.received.length === 1);
    const ended = red.stop();
    await eventually('it is ready no more', async () => !(await isReady(red)));
    held.resolve();
    await ended;
    await server.close();
  });

  it('is denied while a registry can not be opened', async () => {
    const red = await startNodeRed({
      env: { PROVISIONING_POSTGRES_URL: 'postgres://nobody@127.0.0.1:1/nowhere' },
      flows: [tab, registry(), intakeNode('/in'), executor()],
    });
    await eventually('it is not', async () => !(await isReady(red)));
    await red.kill9();
  });

  it('is not told before flows have started: until then no registry is known', () => {
    const writes: Write[] = [];
    const tells: (() => void)[] = [];
    readyRoute(
      { unguardedText: (_: string, write: Write) => writes.push(write) } as unknown as Routes,
      {
        onStarted: (tell: () => void) => tells.push(tell),
        settingsError: null,
        engines: () => [],
      } as unknown as Provisioning,
    );
    const status = () => {
      const told: number[] = [];
      const response = {
        writeHead: (code: number) => told.push(code),
        end: () => undefined,
        req: { readableEnded: true },
      };
      for (const write of writes) void write({} as AdminRequest, response as unknown as Response);
      return told;
    };
    assert.deepEqual(status(), [503]);
    for (const tell of tells) tell();
    assert.deepEqual(status(), [200]);
  });
});
