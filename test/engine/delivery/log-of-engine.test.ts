import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Engine } from '../../../src/engine/engine.ts';
import { parseExecutionFilter } from '../../../src/engine/store/log/filter.ts';
import { sqliteStore } from '../../../src/engine/store/sqlite/sqlite-store.ts';
import { AddressGuard } from '../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../src/engine/targets/http/http.ts';
import type { Target } from '../../../src/engine/targets/target.ts';
import { parseEnvelope } from '../../../src/engine/words/event.ts';
import { type Handler, type HttpHandler, handlerSchema } from '../../../src/engine/words/handler.ts';
import { success } from '../../../src/engine/words/outcome.ts';
import { registryConfigSchema } from '../../../src/engine/words/registry-config.ts';
import { systemTime } from '../../../src/engine/words/time.ts';
import { eventually } from '../../support/eventually.ts';
import { answers, breaksOff, misbehavingServer } from '../../support/misbehaving-server.ts';
import { envelope } from '../../support/provisioning-flow.ts';
import { journalFolder } from '../../support/temporary-folder.ts';

/** Answers with the words of the event. */
const target: Target = {
  description: 'POST http://crm.example/',
  call: async ({ body }) => success({ code: 200, response: `stored ${body}` }),
  close: async () => undefined,
};

const open = (folder: string, makeTarget: (handler: Handler) => Target = () => target) =>
  new Engine({
    config: registryConfigSchema.parse({ id: 'registry' }),
    location: sqliteStore(folder),
    time: systemTime,
    makeTarget,
    backlogLimit: 1000,
    log: () => undefined,
  });

const handler = (id: string): Handler =>
  handlerSchema.parse({ id, name: id, handlerType: 'http', url: 'http://crm.example/', events: ['*'] });

describe('engine and its execution log', function () {
  this.timeout(20_000);

  async function firedOnce(engine: Engine): Promise<string> {
    const id = await engine.fire(parseEnvelope(envelope('acc-2026-0042')));
    await eventually(
      'its first pass',
      async () => (await (await engine.log()).event(id)).status === 'succeeded',
    );
    return id;
  }

  it('tells what it has done, in words too within seconds', async () => {
    const engine = open(journalFolder());
    await engine.resume([handler('crm')]);
    const id = await firedOnce(engine);
    const log = await engine.log();
    const filter = parseExecutionFilter({ text: 'acc-2026' });
    const { items } = await eventually('the text is found', async () => {
      const page = await log.executions(filter, { limit: 10 });
      return page.items.length > 0 && page;
    });
    assert.deepEqual(
      items.map(({ eventId, status }) => [eventId, status]),
      [[id, 'succeeded']],
    );
    await engine.close();
  });

  it('finds the words of a response in another charset, packed, and of one that broke off', async () => {
    const server = await misbehavingServer();
    const connections = new Connections(new AddressGuard());
    const engine = open(journalFolder(), (config) => httpTarget(config as HttpHandler, { connections }));
    const called = { ...handler('crm'), url: server.url, retryDelays: [] } as Handler;
    await engine.resume([called]);
    const log = await engine.log();
    const cyrillic = { 'content-type': 'text/plain; charset=koi8-r', 'content-encoding': 'gzip' };
    for (const [behaviour, text] of [
      [answers(200, gzipSync(Buffer.from('f0d2c9d7c5d4', 'hex')), cyrillic), 'Привет'],
      [breaksOff(), 'beginning'],
    ] as const) {
      server.become(behaviour);
      const id = await engine.fire(parseEnvelope(envelope(`of-${text}`)));
      const { items } = await eventually(`${text} is found`, async () => {
        const page = await log.executions(parseExecutionFilter({ text }), { limit: 10 });
        return page.items.length > 0 && page;
      });
      assert.deepEqual(
        items.map(({ eventId }) => eventId),
        [id],
      );
    }
    await engine.close();
    await server.close();
  });

  it('gives handlers back their numbers when registry.json is lost', async () => {
    const folder = journalFolder();
    const first = open(folder);
    await first.log();
    await first.resume([handler('b')]);
    await first.resume([handler('a'), handler('b')]);
    await firedOnce(first);
    await first.close();
    await rm(join(folder, 'registry.json'));
    const second = open(folder);
    await second.resume([handler('a'), handler('b'), handler('c')]);
    const numbers = await eventually('the handlers are in force', async () => {
      const handlers = await second.handlers();
      return (
        handlers.length > 0 && Object.fromEntries(handlers.map(({ config, number }) => [config.id, number]))
      );
    });
    assert.deepEqual(numbers, { a: 2, b: 1, c: 3 });
    await second.close();
  });

  it('is closed with it', async () => {
    const engine = open(journalFolder());
    await engine.resume([handler('crm')]);
    const log = await engine.log();
    await engine.close();
    await assert.rejects(log.counts(), { name: 'Unavailable' });
    await assert.rejects(engine.log(), { name: 'Unavailable' });
  });
});
