import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { createTarget } from '../../../src/engine/targets/create-target.ts';
import { Flows } from '../../../src/engine/targets/flow/flow.ts';
import type { Target } from '../../../src/engine/targets/target.ts';
import { handlerSchema } from '../../../src/engine/words/handler.ts';
import { callOf } from '../../support/call.ts';
import { type MisbehavingServer, misbehavingServer } from '../../support/misbehaving-server.ts';

const folders = [fileURLToPath(new URL('../../support/programs', import.meta.url))];

describe('create target', () => {
  let server: MisbehavingServer;
  const targets: Target[] = [];
  beforeEach(async () => {
    server = await misbehavingServer();
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((target) => target.close()));
    await server.close();
  });

  const create = (config: object, options: object = {}): Target => {
    const target = createTarget(handlerSchema.parse({ id: 'handler', ...config }), {
      folders,
      enabled: true,
      flows: new Flows(),
      ...options,
    });
    targets.push(target);
    return target;
  };
  const unavailable = async (target: Target, reason: RegExp): Promise<void> => {
    const { ok, outage, error } = await target.call(callOf());
    assert.deepEqual([ok, outage], [false, false]);
    assert.match(error ?? '', reason);
  };

  it('makes who is called over HTTP, under the rules of settings.js', async () => {
    const config = { handlerType: 'http', url: server.url };
    assert.equal((await create(config).call(callOf())).response, 'ok');
    assert.equal((await create(config, { allow: ['127.0.0.0/8'] }).call(callOf())).response, 'ok');
    await unavailable(create(config, { deny: ['127.0.0.1'] }), /provisioning\.http\.deny/);
  });

  it('lets handlers share connections, whichever registry they are of', async () => {
    const config = { handlerType: 'http', url: server.url };
    await create(config).call(callOf());
    await new Promise((resolve) => setTimeout(resolve, 20));
    await create(config).call(callOf());
    assert.equal(server.connections(), 1);
  });

  it('makes who is a script, under the rules of settings.js', async () => {
    const config = { handlerType: 'local', command: 'warns.sh' };
    assert.equal((await create(config).call(callOf())).response, 'ok');
    await unavailable(create(config, { enabled: false }), /provisioning\.scripts/);
    assert.match((await create(config, { folders: [] }).call(callOf())).error ?? '', /was not found/);
  });

  it('makes who is a script that stays up, under the same rules', async () => {
    const config = { handlerType: 'local', mode: 'resident', command: 'resident.js' };
    const body = JSON.stringify({ data: { do: 'say', response: 'ok' } });
    assert.equal((await create(config).call(callOf({ body }))).response, 'ok');
    await unavailable(create(config, { enabled: false }), /provisioning\.scripts/);
  });

  it('makes who is a flow, and says so while there is none', async () => {
    const { ok, outage, error } = await create({ handlerType: 'flow' }).call(callOf());
    assert.deepEqual([ok, outage], [false, true]);
    assert.match(error ?? '', /no "provisioning handler in" node refers to this handler/);
  });

  it('never throws: who can not be made says why when called', async () => {
    const url = server.url;
    await unavailable(
      create({ handlerType: 'http', url, proxy: { url: 'not a URL' } }),
      /can not be called: .*Invalid URL/,
    );
    await unavailable(
      create({ handlerType: 'http', url }, { deny: ['10.0.0.0/99'] }),
      /provisioning\.http\.deny\[0\]/,
    );
    await unavailable(
      create({ handlerType: 'http', url, auth: { type: 'bearer', token: 'line\nbreak' } }),
      /can not be called: .*token/,
    );
    await unavailable(create({ handlerType: 'http', url, proxy: { url: 'no proxy' } }), /can not be called/);
    assert.equal(server.received.length, 0);
  });
});
