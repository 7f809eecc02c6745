import assert from 'node:assert/strict';
import { AddressGuard } from '../../../../src/engine/targets/http/address-guard.ts';
import { endpointOf, type Reached, reach } from '../../../../src/engine/targets/http/reach.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import { deafListener } from '../../../support/deaf-listener.ts';
import {
  answers,
  type MisbehavingServer,
  misbehavingServer,
  selfSigned,
} from '../../../support/misbehaving-server.ts';
import { type HttpProxy, startProxy } from '../../../support/proxy.ts';

describe('reaching an endpoint', () => {
  let plain: MisbehavingServer;
  let secure: MisbehavingServer;
  let proxy: HttpProxy;

  before(async () => {
    plain = await misbehavingServer();
    secure = await misbehavingServer(answers(200), { tls: true });
    proxy = await startProxy();
  });
  after(() => Promise.all([plain.close(), secure.close(), proxy.close()]));
  afterEach(() => assert.deepEqual([...plain.received, ...secure.received], [], 'nothing was sent'));

  const handlerOf = (config: object): HttpHandler =>
    handlerSchema.parse({ id: 'handler', handlerType: 'http', ...config }) as HttpHandler;
  const reached = (config: object, guard = new AddressGuard(), ms = 5000): Promise<Reached> =>
    reach(handlerOf(config), guard, ms);
  const problem = async (...asked: Parameters<typeof reached>): Promise<string> => {
    const came = await reached(...asked);
    assert.ok('problem' in came, JSON.stringify(came));
    return came.problem;
  };

  it('connects, tells to whom, and hangs up', async () => {
    const before = plain.connections();
    const came = await reached({ url: `${plain.url}/hook` });
    assert.ok('peer' in came);
    assert.deepEqual([came.peer, came.atProxy, came.unverified], [`127.0.0.1:${plain.port}`, false, false]);
    assert.ok(came.ms >= 0 && came.ms < 5000);
    assert.equal(plain.connections(), before + 1);
  });

  it('makes the TLS handshake that a call would make', async () => {
    const { url } = secure;
    assert.match(await problem({ url }), /over TLS .*: .*add the CA/);
    const trusting = await reached({ url, tls: { ca: selfSigned.cert } });
    assert.deepEqual('unverified' in trusting && trusting.unverified, false);
    const careless = await reached({ url, tls: { rejectUnauthorized: false } });
    assert.deepEqual('unverified' in careless && careless.unverified, true);
    assert.match(
      await problem({ url: plain.url.replace('http:', 'https:') }),
      /check that the port speaks TLS/,
    );
  });

  it('goes by the proxy: as far as it, or through it where it only connects', async () => {
    const before = plain.connections();
    const near = await reached({ url: plain.url, proxy: { url: proxy.url } });
    assert.deepEqual('atProxy' in near && near.atProxy, true);
    assert.deepEqual([proxy.seen, plain.connections()], [[], before]);
    const through = { url: secure.url, tls: { ca: selfSigned.cert }, proxy: { url: proxy.url } };
    const far = await reached(through);
    assert.deepEqual('atProxy' in far && far.atProxy, false);
    assert.deepEqual(proxy.seen, [`CONNECT 127.0.0.1:${secure.port}`]);
    proxy.refuse();
    assert.match(await problem(through), /through the proxy: it wants a user and a password/);
  });

  it('says why it can not be reached, as a call would', async () => {
    assert.match(await problem({ url: 'http://169.254.169.254/' }), /always refused/);
    const deny = new AddressGuard({ deny: ['127.0.0.0/8'] });
    assert.match(
      await problem({ url: `http://localhost:${plain.port}` }, deny),
      /refused by provisioning\.http\.deny/,
    );
    assert.match(await problem({ url: 'http://127.0.0.1:1' }), /refused the connection/);
    assert.match(
      await problem({ url: 'http://no-such-host.invalid' }),
      /not known to DNS|DNS does not answer/,
    );
  });

  it('waits no longer than it may', async () => {
    const deaf = await deafListener();
    try {
      assert.match(
        await problem({ url: deaf.url }, new AddressGuard(), 200),
        /no connection to .* within 0\.2 s/,
      );
    } finally {
      await deaf.close();
    }
  });

  it('tells host and port of an address, and nothing else', async () => {
    const url = 'https://user:pa55word@127.0.0.1:1/secret-path?key=secret-key';
    assert.equal(endpointOf({ url }), '127.0.0.1:1');
    assert.equal(endpointOf({ url: 'https://crm.example/{objectId}' }), 'crm.example:443');
    assert.equal(endpointOf({ url: 'http://[::1]/' }), '[::1]:80');
    assert.doesNotMatch(await problem({ url }), /user|pa55word|secret/);
  });
});
