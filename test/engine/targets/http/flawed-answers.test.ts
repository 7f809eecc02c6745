import assert from 'node:assert/strict';
import { AddressGuard } from '../../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../../src/engine/targets/http/http.ts';
import type { Target } from '../../../../src/engine/targets/target.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';
import {
  acceptable,
  brokenOff,
  type FlawedAnswerCase,
  unacceptable,
} from '../../../support/flawed-answers.ts';
import {
  answers,
  inTurn,
  type MisbehavingServer,
  misbehavingServer,
  says,
  selfSigned,
} from '../../../support/misbehaving-server.ts';
import { startProxy } from '../../../support/proxy.ts';

describe('an HTTP answer', () => {
  let server: MisbehavingServer;
  let secure: MisbehavingServer;
  let target: Target;
  let secureTarget: Target;
  const connections = new Connections(new AddressGuard());
  const targetOf = (config: object): Target =>
    httpTarget(
      handlerSchema.parse({ id: 'h', handlerType: 'http', timeoutSeconds: 5, ...config }) as HttpHandler,
      { connections },
    );
  before(async () => {
    server = await misbehavingServer();
    secure = await misbehavingServer(undefined, { tls: true });
  });
  after(async () => {
    await server.close();
    await secure.close();
  });
  const under = (timeoutSeconds: number): void => {
    target = targetOf({ url: server.url, timeoutSeconds });
    secureTarget = targetOf({ url: secure.url, timeoutSeconds, tls: { rejectUnauthorized: false } });
  };
  afterEach(async () => {
    await target.close();
    await secureTarget.close();
  });

  const check = (outcome: Outcome, { code, response, headers = {}, error }: FlawedAnswerCase): void => {
    if (error === null) assert.equal(outcome.error, null);
    else assert.match(outcome.error ?? 'no error', error);
    assert.doesNotMatch(outcome.error ?? '', /before it had answered|right port/);
    assert.deepEqual([outcome.ok, outcome.code, outcome.response], [error === null, code, response]);
    for (const [name, value] of Object.entries(headers)) assert.equal(outcome.responseHeaders[name], value);
  };
  const tried = (table: readonly FlawedAnswerCase[]): void => {
    for (const known of table)
      it(known.flaw, async () => {
        under(known.ending === 'open' && known.error !== null ? 0.4 : 5);
        const bytes = Buffer.from(known.bytes, 'latin1');
        const behaviour = says([bytes], known.ending);
        server.become(behaviour);
        check(await target.call(callOf()), known);
        secure.become(behaviour);
        if (known.ending !== 'reset') check(await secureTarget.call(callOf()), known);
        // Whichever way its bytes are cut into packets. Beyond a flaw, later packets are not waited for.
        if (bytes.length > 300) return;
        server.become(
          says(
            Array.from(bytes, (byte) => Uint8Array.of(byte)),
            known.ending,
          ),
        );
        const outcome = await target.call(callOf());
        if (unacceptable.includes(known)) assert.match(outcome.error ?? 'no error', /answered/);
        else check(outcome, known);
      });
  };

  describe('is taken, as HTTP lets a client, with', () => {
    tried(acceptable);

    it('a flaw, on a connection that is not used again', async () => {
      under(5);
      server.become(inTurn(says(['HTTP/1.1 200 OK\nContent-Length: 2\n\nok'], 'open'), answers(200)));
      const before = server.connections();
      for (let round = 0; round < 2; round++) assert.equal((await target.call(callOf())).response, 'ok');
      assert.equal(server.connections(), before + 2);
    });

    it('an interim answer, on a connection that is used again', async () => {
      under(5);
      const answer = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
      server.become(says([answer], 'open'));
      const before = server.connections();
      for (let round = 0; round < 5; round++) {
        assert.equal((await target.call(callOf())).response, 'ok');
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      }
      assert.ok(server.connections() <= before + 2);
    });
  });

  describe('is kept as far as it came, with', () => tried(brokenOff));

  describe('is kept, and told from one that can be taken, with', () => tried(unacceptable));

  it("that came unasked, on a connection at rest, is nobody else's", async () => {
    under(5);
    const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n';
    server.become(inTurn(says([`${whole}one${whole}not`], 'open'), says([`${whole}two`], 'open')));
    assert.equal((await target.call(callOf())).response, 'one');
    assert.equal((await target.call(callOf())).response, 'two');
  });

  it('is taken and kept in the same way through a proxy', async () => {
    under(5);
    const proxy = await startProxy();
    const proxied = targetOf({ url: secure.url, tls: { ca: selfSigned.cert }, proxy: { url: proxy.url } });
    for (const known of [acceptable[0], acceptable[8], brokenOff[0]]) {
      assert.ok(known);
      secure.become(says([known.bytes], known.ending));
      check(await proxied.call(callOf()), known);
    }
    assert.match(proxy.seen.join(), /^CONNECT/);
    await proxied.close();
    await proxy.close();
  });
});
