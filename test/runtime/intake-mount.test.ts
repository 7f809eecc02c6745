import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Express, RequestHandler } from 'express';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { Envelope } from '../../src/engine/words/event.ts';
import { IntakePaths } from '../../src/runtime/intake/intake-paths.ts';
import { Intake } from '../../src/runtime/intake.ts';
import type { Provisioning } from '../../src/runtime/provisioning.ts';
import { eventually } from '../support/eventually.ts';
import { envelope, postJson } from '../support/provisioning-flow.ts';
import { textsOf } from '../support/texts.ts';

// The very Express that Node-RED mounts its apps with.
const express = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'))('express') as {
  (): Express;
  json(): RequestHandler;
};

/** As much of Node-RED as the intake sees, listening as Node-RED does. */
async function mounted(settings: Record<string, unknown> = {}) {
  const root = express();
  const httpNode = express();
  const arrived: string[] = [];
  root.use(express.json(), (req, _res, next) => {
    arrived.push(req.originalUrl);
    next();
  });
  root.use('/api', httpNode);
  const accepted: Envelope[] = [];
  const callbacks: (() => void)[] = [];
  const provisioning = {
    intakes: new IntakePaths(),
    onStarted: (callback: () => void) => callbacks.push(callback),
    problemOf: () => undefined,
    engine: () => ({
      problem: { text: null },
      accept: async (envelopes: Envelope[]) => {
        accepted.push(...envelopes);
        return { ids: envelopes.map(() => 'ev'), duplicate: false };
      },
    }),
  } as unknown as Provisioning;
  const _ = await textsOf('provisioning-event');
  const intake = new Intake({ _, httpNode, settings, log: {} } as unknown as NodeAPI, provisioning);
  httpNode.post('/other', ((req, res) => res.json({ parsed: req.body })) as RequestHandler);
  const server: Server = root.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;

  const statuses: NodeStatus[] = [];
  const node = { id: 'event', error: () => undefined } as unknown as Node;
  return {
    url,
    arrived,
    accepted,
    statuses,
    /** @returns what closes the node */
    mount: (path = '/in', intakeAuth = 'none') =>
      intake.mount(
        node,
        { registry: 'registry', intake: true, path, intakeAuth },
        { intakeToken: 't' },
        (status) => statuses.push(status),
      ),
    start: () => {
      for (const callback of callbacks) callback();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('intake, mounted', () => {
  let host: Awaited<ReturnType<typeof mounted>>;
  afterEach(() => host.close());

  const post = (path: string, body: unknown = envelope()) => fetch(host.url + path, postJson(body));

  it('waits for flows to start at first, and tells senders to come again', async () => {
    host = await mounted();
    const early = post('/in');
    const stranger = post('/other', { a: 1 });
    const get = await fetch(`${host.url}/in`);
    assert.equal(get.status, 404, 'only events wait');
    await eventually('both have arrived', () => host.arrived.length === 3);
    host.mount();
    host.start();
    const { status, headers } = await early;
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.deepEqual(await (await stranger).json(), { parsed: { a: 1 } });
    assert.equal((await post('/in')).status, 202);
    assert.equal((await post('/nowhere')).status, 404);
  });

  it('keeps parsers in front of it off its own requests only', async () => {
    host = await mounted();
    host.mount();
    host.start();
    const answer = await post('/in', '{"event": nonsense');
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /not valid JSON/);
    assert.deepEqual(await (await post('/other', { a: 1 })).json(), { parsed: { a: 1 } });
    assert.equal((await post('/in')).status, 202);
    assert.deepEqual(host.accepted, [envelope()]);
  });

  it('stands behind httpNodeMiddleware, which sees no other request because of it', async () => {
    const seen: string[] = [];
    const note: RequestHandler = (req, _res, next) => {
      seen.push(req.originalUrl);
      next();
    };
    const guard: RequestHandler = (req, res, next) => {
      if (req.get('x-key') === 'right') next();
      else res.status(403).end();
    };
    host = await mounted({ httpNodeMiddleware: [note, guard] });
    host.mount();
    host.start();
    assert.equal((await post('/in')).status, 403);
    assert.equal((await fetch(`${host.url}/in`, postJson(envelope(), { 'x-key': 'right' }))).status, 202);
    assert.equal((await post('/other')).status, 200);
    assert.deepEqual(seen, ['/api/in', '/api/in']);
  });

  it('warns of a path that is open to everybody', async () => {
    host = await mounted();
    host.mount();
    host.start();
    assert.deepEqual(host.statuses.at(-1), {
      fill: 'yellow',
      shape: 'ring',
      text: 'open to everybody',
    });
  });

  it('does not warn where httpNodeAuth or the node itself asks who it is', async () => {
    host = await mounted({ httpNodeAuth: { user: 'u', pass: 'p' } });
    host.mount();
    host.start();
    assert.deepEqual(host.statuses.at(-1), {});
    await host.close();
    host = await mounted();
    host.mount('/in', 'bearer');
    host.start();
    assert.deepEqual(host.statuses.at(-1), {});
  });

  it('keeps a path while its node is away, and lets it go when flows have started without it', async () => {
    host = await mounted();
    const close = host.mount();
    host.start();
    close?.();
    assert.equal((await post('/in')).status, 202);
    host.start();
    assert.equal((await post('/in')).status, 404);
  });
});
