import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AddressGuard, type AddressRules } from '../../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../../src/engine/targets/http/http.ts';
import { verify } from '../../../../src/engine/targets/signature.ts';
import type { Call, Target } from '../../../../src/engine/targets/target.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';
import { deafListener } from '../../../support/deaf-listener.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  answers,
  answersAfter,
  closesConnection,
  drips,
  echoes,
  hangs,
  hangsUp,
  inTurn,
  type MisbehavingServer,
  misbehavingServer,
  redirects,
  resets,
  says,
  selfSigned,
  sends,
  stallsAfterHead,
  statuses,
} from '../../../support/misbehaving-server.ts';
import { type HttpProxy, startProxy } from '../../../support/proxy.ts';

const now = Date.parse('2026-01-31T12:00:00.700Z');

describe('http target', () => {
  let server: MisbehavingServer;
  let connections: Connections;
  const targets: Target[] = [];

  beforeEach(async () => {
    connections = new Connections(new AddressGuard());
    server = await misbehavingServer();
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((target) => target.close()));
    await server.close();
  });

  const target = (config: object = {}, under: Connections = connections): Target => {
    const handler = handlerSchema.parse({
      id: 'handler',
      handlerType: 'http',
      url: `${server.url}/hook?from=test`,
      timeoutSeconds: 0.3,
      ...config,
    });
    const made = httpTarget(handler as HttpHandler, { connections: under, now: () => now });
    targets.push(made);
    return made;
  };
  const call = (config: object = {}, changes: Partial<Call> = {}): Promise<Outcome> =>
    target(config).call(callOf(changes));
  const failed = (outcome: Outcome, error: RegExp, facts: Partial<Outcome>): void => {
    assert.match(outcome.error ?? 'no error', error);
    assert.doesNotMatch(outcome.error ?? '', /\n/);
    const { ok, code, outage, gone, retryAfterMs } = outcome;
    const expected = { ok: false, code: null, outage: false, gone: false, retryAfterMs: null, ...facts };
    assert.deepEqual({ ok, code, outage, gone, retryAfterMs }, expected);
  };

  describe('sends', () => {
    it('the envelope by POST, with what names the attempt', async () => {
      const { body } = callOf();
      const outcome = await call({}, { attempt: 3 });
      assert.equal(outcome.ok, true);
      const [received] = server.received;
      assert.equal(received?.method, 'POST');
      assert.equal(received.path, '/hook?from=test');
      assert.equal(received.body, body);
      assert.equal(received.headers['content-type'], 'application/json');
      assert.equal(received.headers['content-length'], String(Buffer.byteLength(body)));
      assert.match(received.headers['user-agent'] ?? '', /^node-red-contrib-provisioning\/\d+\.\d+\.\d+/);
      assert.equal(received.headers['webhook-id'], 'ev-test-1_handler');
      assert.equal(received.headers['webhook-timestamp'], '1769860800');
      assert.equal(received.headers['provisioning-attempt'], '3');
      assert.equal(received.headers['provisioning-hops'], '1');
      assert.equal(received.headers['webhook-signature'], undefined);
    });

    it('one hop more than have led to the event', async () => {
      await call({}, { hops: 4 });
      assert.equal(server.received[0]?.headers['provisioning-hops'], '5');
    });

    it('a signature for the current and the previous secret, over the bytes it sends', async () => {
      const outcome = await call({ signingSecret: 'whsec_bmV3', previousSigningSecret: 'old secret' });
      const [received] = server.received;
      assert.ok(received);
      const signature = String(received.headers['webhook-signature']);
      assert.equal(signature.split(' ').length, 2);
      for (const secret of ['whsec_bmV3', 'old secret']) {
        const headers = {
          id: String(received.headers['webhook-id']),
          timestamp: String(received.headers['webhook-timestamp']),
          signature,
        };
        assert.ok(verify(headers, received.body, { secrets: [secret], toleranceSeconds: 1, now }));
      }
      assert.equal(outcome.requestHeaders['webhook-signature'], '***');
    });

    it('basic and bearer authentication, also out of the URL', async () => {
      await call({ auth: { type: 'basic', user: 'zoë', password: 'pass:word' } });
      await call({ auth: { type: 'bearer', token: 'token-1' } });
      await call({ url: `${server.url.replace('//', '//user:p%40ss@')}/` });
      assert.deepEqual(
        server.received.map(({ headers }) => headers.authorization),
        [
          `Basic ${Buffer.from('zoë:pass:word').toString('base64')}`,
          'Bearer token-1',
          `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
        ],
      );
    });

    it("the user's headers, also in the place of its presets and of the URL's host", async () => {
      const names = ['Content-Type', 'User-Agent', 'X-Own', 'Host'];
      const headers = names.map((name) => ({ name, value: `mine-${name}` }));
      const outcome = await call({ headers });
      assert.equal(outcome.error, null);
      assert.deepEqual(
        Object.entries(server.received[0]?.headers ?? {}).filter(([, value]) =>
          String(value).startsWith('mine-'),
        ),
        [
          ['host', 'mine-Host'],
          ['content-type', 'mine-Content-Type'],
          ['user-agent', 'mine-User-Agent'],
          ['x-own', 'mine-X-Own'],
        ],
      );
      assert.equal(outcome.requestHeaders['Host'], 'mine-Host');
    });

    it('a Host of the user over TLS too, which is asked for that name, unless its settings say another', async () => {
      const secure = await misbehavingServer(answers(200), { tls: true });
      const url = secure.url;
      const headers = [{ name: 'Host', value: 'localhost:8443' }];
      const byHost = target({ url, headers, tls: { ca: selfSigned.cert }, timeoutSeconds: 5 });
      assert.equal((await byHost.call(callOf())).error, null);
      const other = [{ name: 'host', value: 'sip.example' }];
      const byOther = target({ url, headers: other, tls: { ca: selfSigned.cert }, timeoutSeconds: 5 });
      failed(await byOther.call(callOf()), /the certificate is for another name/, { outage: true });
      const tls = { ca: selfSigned.cert, servername: 'localhost' };
      const bySettings = target({ url, headers: other, tls, timeoutSeconds: 5 });
      for (let round = 0; round < 5; round++) assert.equal((await bySettings.call(callOf())).error, null);
      assert.deepEqual(
        secure.received.map(({ headers: { host } }) => host),
        ['localhost:8443', ...Array(5).fill('sip.example')],
      );
      await secure.close();
    });

    it('an authorization header of the user when no authentication is set', async () => {
      const outcome = await call({
        headers: [{ name: 'Authorization', value: 'ApiKey 12345', secret: true }],
      });
      assert.equal(server.received[0]?.headers.authorization, 'ApiKey 12345');
      assert.equal(outcome.requestHeaders['Authorization'], '***');
    });

    it('nothing of the event outside of the body and its own headers', async () => {
      const nasty = '\r\nX-Injected: yes\r\n\r\nGET /evil HTTP/1.1';
      await call({}, { objectId: nasty, body: JSON.stringify({ nasty }) });
      assert.equal(server.received.length, 1);
      assert.equal(server.received[0]?.headers['x-injected'], undefined);
      assert.equal(server.received[0]?.path, '/hook?from=test');
    });
  });

  describe('keeps', () => {
    it('what was answered', async () => {
      server.become(answers(201, '{"créé":true}', { 'x-request-id': 'r-1', 'x-many': ['a', 'b'] }));
      const outcome = await call();
      assert.equal(outcome.ok, true);
      assert.equal(outcome.code, 201);
      assert.equal(outcome.response, '{"créé":true}');
      assert.equal(outcome.error, null);
      assert.equal(outcome.responseHeaders['x-request-id'], 'r-1');
      assert.equal(outcome.responseHeaders['x-many'], 'a, b');
    });

    it('null for an empty response', async () => {
      server.become(answers(204, ''));
      const outcome = await call();
      assert.deepEqual([outcome.ok, outcome.code, outcome.response], [true, 204, null]);
    });

    it('invalid UTF-8 as replacement characters', async () => {
      server.become(answers(200, Buffer.from([0x63, 0x61, 0x66, 0xe9])));
      assert.equal((await call()).response, 'caf\ufffd');
    });

    it('64 KiB of a longer body, whose connection is used again', async () => {
      server.become(sends(300 * 1024));
      const reused = target({ timeoutSeconds: 5 });
      for (let round = 0; round < 3; round++) {
        const outcome = await reused.call(callOf());
        assert.equal(outcome.ok, true);
        assert.equal(outcome.response?.length, 64 * 1024);
        await sleep(50);
      }
      assert.equal(server.connections(), 1);
    });

    it('64 KiB of 10 MB, and does not read the rest', async () => {
      let written = 0;
      server.become((exchange) => {
        const { socket } = exchange.request;
        socket.on('close', () => {
          written = socket.bytesWritten;
        });
        sends(10_000_000)(exchange);
      });
      const outcome = await call({ timeoutSeconds: 5 });
      assert.equal(outcome.ok, true);
      assert.equal(outcome.response?.length, 64 * 1024);
      await eventually('the connection is cut', () => written > 0);
      assert.ok(written < 9_000_000, `${written} bytes were sent`);
    });

    it('the outcome of a body of which it has enough, though the rest never comes', async () => {
      server.become(({ response }) => {
        response.writeHead(200);
        response.write('x'.repeat(100_000));
      });
      const outcome = await call({ timeoutSeconds: 1 });
      assert.equal(outcome.ok, true);
      assert.equal(outcome.response?.length, 64 * 1024);
    });

    it('no more than the origin of a URL that came from a reference', async () => {
      const path = '/hooks/T0kenOfPath/reports-of-anna?key=t0ken%20of%20query&format=json';
      const url = `${server.url.replace('//', '//anna:p4ssword@')}${path}`;
      server.become(({ response }) => {
        response.writeHead(302, { location: path });
        response.end(`the hooks of ${url}: T0kenOfPath, "t0ken of query", p4ssword in json`);
      });
      const made = target({ url, secrets: [url] });
      assert.equal(made.description, `POST ${server.url}/…`);
      const outcome = await made.call(callOf());
      assert.equal(server.received[0]?.path, path);
      const everything = JSON.stringify(outcome);
      for (const secret of ['T0ken', 'reports', 't0ken', 'p4ss', 'anna'])
        assert.ok(!everything.includes(secret), `${secret} in ${everything}`);
      assert.match(outcome.response ?? '', /^the hooks of http:.* in json$/);
      assert.equal(target({ url: server.url, secrets: [server.url] }).description, `POST ${server.url}/…`);
    });

    it('no secret that a receiver sends back as the name of a header', async () => {
      server.become(echoes(200, ({ headers }) => ({ [String(headers['x-key'])]: '1', 'x-other': '2' })));
      const outcome = await call({ headers: [{ name: 'X-Key', value: 'Key-In-Capitals', secret: true }] });
      assert.equal(outcome.responseHeaders['***'], '1');
      assert.equal(outcome.responseHeaders['x-other'], '2');
      assert.doesNotMatch(JSON.stringify(outcome), /key-in-capitals/i);
    });

    it('no secret that also stands in a header of its own', async () => {
      const outcome = await call({
        auth: { type: 'bearer', token: 'token-1' },
        headers: [{ name: 'X-Api-Key', value: 'key=token-1' }],
      });
      assert.equal(server.received[0]?.headers['x-api-key'], 'key=token-1');
      assert.equal(outcome.requestHeaders['X-Api-Key'], 'key=***');
    });

    it('no credentials of an authorization header, with or without their scheme', async () => {
      server.become(
        echoes(401, ({ headers }) => ({ 'x-wrong': headers.authorization?.split(' ')[1] ?? '' })),
      );
      for (const config of [
        { headers: [{ name: 'Authorization', value: 'ApiKey 12345' }] },
        { auth: { type: 'bearer', token: 'token-1' } },
        { auth: { type: 'basic', user: 'anna', password: 'the-password' } },
      ])
        assert.equal((await call(config)).responseHeaders['x-wrong'], '***');
    });

    it('no beginning of a secret where an answer breaks off', async () => {
      const auth = { type: 'bearer', token: 'token-1234567' };
      const head = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n';
      for (const packets of [
        [`${head}\r\nyou said token-123`],
        [`${head}Content-Type: text/plain; charset=latin1\r\n\r\nyou said token-123`],
        ['you said token-123'],
      ]) {
        server.become(says(packets));
        assert.equal((await call({ auth })).response, 'you said ***');
      }
      server.become(({ response }) => void response.writeHead(200).write('you said token-123'));
      assert.equal((await call({ auth })).response, 'you said ***');
      for (const [line, quoted] of [
        ['', 'you said '],
        ['', 'HTTP/1.1 1OO '],
        ['HTTP/1.1 200 OK\r\nContent-Length: ', ''],
      ] as const) {
        server.become(says([`${line}${quoted.padEnd(50, '.')}token-1234567\r\n\r\n`]));
        const outcome = await call({ auth });
        assert.match(outcome.error ?? '', /\.\*\*\*…"/);
        assert.doesNotMatch(JSON.stringify(outcome), /token/);
      }
      // As much as is kept, and a moment later the rest.
      server.become(({ response }) => {
        response.write('token-123'.padStart(64 * 1024, '.'));
        setTimeout(() => response.end('4567'), 100);
      });
      assert.match((await call({ auth, timeoutSeconds: 5 })).response ?? '', /\.\*\*\*$/);
    });

    it('no one of several signatures that a receiver sends back', async () => {
      server.become(
        echoes(401, ({ headers }) => ({
          'x-wrong': String(headers['webhook-signature']).split(' ')[1] ?? 'none',
        })),
      );
      const outcome = await call({ signingSecret: 'whsec_bmV3', previousSigningSecret: 'old secret' });
      assert.equal(outcome.responseHeaders['x-wrong'], '***');
    });

    it('no user who signs in without a password, and is the secret then', async () => {
      for (const config of [
        { auth: { type: 'basic', user: 'sk_live_1', password: '' } },
        { url: `${server.url.replace('//', '//sk%5Flive_1@')}/` },
      ]) {
        server.become(answers(401, 'unknown key sk_live_1'));
        assert.equal((await call(config)).response, 'unknown key ***');
      }
      server.become(answers(401, 'unknown user anna'));
      const named = await call({ auth: { type: 'basic', user: 'anna', password: 'the-password' } });
      assert.equal(named.response, 'unknown user anna');
    });

    it('no secret that a receiver sends back', async () => {
      server.become(
        echoes(500, ({ headers }) => ({ 'x-echo': headers.authorization ?? '', 'set-cookie': 'session=1' })),
      );
      const outcome = await call(
        {
          auth: { type: 'basic', user: 'user', password: 'the-password' },
          headers: [
            { name: 'X-Key', value: 'the"key', secret: true },
            { name: 'X-Plain', value: 'plainly' },
          ],
          signingSecret: 'the-signing-secret',
        },
        { body: '{"data":"the-password and the-signing-secret"}' },
      );
      const everything = JSON.stringify(outcome);
      const signature = String(server.received[0]?.headers['webhook-signature']);
      const encoded = Buffer.from('user:the-password').toString('base64');
      for (const secret of ['the-password', 'the"key', 'the\\"key', 'the-signing-secret', encoded, signature])
        assert.ok(!everything.includes(JSON.stringify(secret).slice(1, -1)), `${secret} is in ${everything}`);
      assert.equal(outcome.requestHeaders['authorization'], '***');
      assert.equal(outcome.requestHeaders['X-Key'], '***');
      assert.equal(outcome.requestHeaders['X-Plain'], 'plainly');
      assert.equal(outcome.responseHeaders['x-echo'], 'Basic ***');
      assert.equal(outcome.responseHeaders['set-cookie'], '***');
    });
  });

  describe('fails', () => {
    it('on 4xx by this event, on 408, 425, 429 and 5xx by an outage', async () => {
      for (const [status, name] of Object.entries({
        400: 'Bad Request',
        401: 'Unauthorized',
        404: 'Not Found',
        422: 'Unprocessable Entity',
      })) {
        server.become(answers(Number(status), 'why'));
        const outcome = await call();
        failed(outcome, new RegExp(`^HTTP ${status} ${name}$`), { code: Number(status) });
        assert.equal(outcome.response, 'why');
      }
      for (const status of [408, 425, 429, 500, 502, 503, 504]) {
        server.become(answers(status));
        failed(await call(), new RegExp(`^HTTP ${status} `), { code: status, outage: true });
      }
    });

    it('on 410 as gone', async () => {
      server.become(answers(410));
      failed(await call(), /^HTTP 410 Gone$/, { code: 410, gone: true });
    });

    it('for good on an answer that will not change; no answer, 408, 409, 425, 429 and 5xx may', async () => {
      for (const status of [300, 302, 304, 400, 401, 403, 404, 405, 406, 410, 413, 415, 418, 422, 451]) {
        server.become(answers(status));
        assert.equal((await call()).final, true, `${status}`);
      }
      for (const status of [408, 409, 425, 429, 500, 501, 502, 503, 504, 511, 599, 999]) {
        server.become(answers(status));
        assert.equal((await call()).final, false, `${status}`);
      }
      for (const behaviour of [hangs(), hangsUp(), resets(), stallsAfterHead(), says(['HTTP/1.1 404 No'])]) {
        server.become(behaviour);
        assert.equal((await call()).final, false);
      }
      assert.equal((await call({ url: await closedPort() })).final, false);
    });

    it('with the time that Retry-After asks for, 24 h at most', async () => {
      const cases: [string, number | null][] = [
        ['120', 120_000],
        ['Sat, 31 Jan 2026 12:01:00 GMT', 59_300],
        ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
        ['999999999', 86_400_000],
        ['Fri, 31 Dec 2027 23:59:59 GMT', 86_400_000],
        ['Saturday, 31-Jan-26 12:01:00 GMT', 59_300],
        ['Sat Jan 31 12:01:00 2026', 59_300],
        ['soon', null],
        ['-5', null],
      ];
      for (const [header, retryAfterMs] of cases) {
        server.become(answers(429, '', { 'retry-after': header }));
        failed(await call(), /^HTTP 429/, { code: 429, outage: true, retryAfterMs });
      }
    });

    it('with the time that it asks for, also where its body breaks off', async () => {
      server.become(says(['HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 99\r\n\r\nlater']));
      failed(await call(), /HTTP 503, but closed the connection before all of it/, {
        code: 503,
        outage: true,
        retryAfterMs: 120_000,
      });
    });

    it('on a redirect, which it does not follow, and says where it leads', async () => {
      server.become(redirects('/elsewhere?token=1'));
      failed(
        await call(),
        new RegExp(
          `^HTTP 302 Found: redirects are not followed; if ${server.url}/elsewhere is right, make it the handler's URL$`,
        ),
        { code: 302 },
      );
      for (const status of [301, 303, 307, 308]) {
        server.become(redirects(`${server.url}/hook`, status));
        failed(await call(), /redirects are not followed/, { code: status });
      }
      server.become(answers(302));
      failed(await call(), /redirects are not followed$/, { code: 302 });
      server.become(redirects('javascript:alert(1)'));
      failed(await call(), /redirects are not followed$/, { code: 302 });
      assert.equal(server.received.length, 7);
    });

    it('at the deadline when the server never answers', async () => {
      server.become(hangs());
      failed(await call(), /^no answer from 127\.0\.0\.1:\d+ within 0\.3 s$/, { outage: true });
    });

    it('at the deadline when the answer stops after its head, or drips', async () => {
      server.become(stallsAfterHead());
      failed(await call(), /^no complete answer from .* within 0\.3 s .*may have been carried out/, {
        code: 200,
        outage: true,
      });
      server.become(drips(20));
      const dripped = await call();
      failed(dripped, /^no complete answer from .* within 0\.3 s .*may have been carried out/, {
        code: 200,
        outage: true,
      });
      assert.match(dripped.response ?? '', /^\.+$/);
    });

    it('at the deadline once, though an answer comes later', async () => {
      server.become(answersAfter(400));
      const late = target();
      failed(await late.call(callOf()), /^no answer/, { outage: true });
      await sleep(300);
      server.become(answers(200));
      assert.equal((await late.call(callOf())).response, 'ok');
    });

    it('at the deadline when no connection comes about, and never sends the request afterwards', async () => {
      const deaf = await deafListener();
      const waiting = target({ url: deaf.url });
      failed(await waiting.call(callOf()), /^no connection to 127\.0\.0\.1:\d+ within 0\.3 s$/, {
        outage: true,
      });
      deaf.wakeUp();
      // Its connection comes about when the operating system tries again, 1 s after the first time.
      await sleep(1500);
      assert.equal(deaf.heard(), '');
      await waiting.close();
      targets.pop();
      await deaf.close();
    });

    it('when the connection is refused', async () => {
      const url = await closedPort();
      failed(await call({ url }), /^127\.0\.0\.1:\d+ refused the connection: is the service running/, {
        outage: true,
      });
      failed(
        await call({ url: url.replace('127.0.0.1', 'localhost') }),
        /^localhost:\d+ refused the connection \(.*127\.0\.0\.1:\d+/,
        { outage: true },
      );
    });

    it('when the connection is reset or closed before a byte of an answer came', async () => {
      for (const behaviour of [resets(), hangsUp()]) {
        server.become(behaviour);
        failed(
          await call(),
          /closed the connection before it had answered; it may have received the request/,
          { outage: true },
        );
      }
    });

    it('when the name is not known', async () => {
      const outcome = await call({ url: 'http://no-such-host.invalid/', timeoutSeconds: 10 });
      failed(outcome, /^no-such-host\.invalid (?:is not known to DNS|could not be looked up)/, {
        outage: true,
      });
    });

    it('when an address is refused, by this handler alone', async () => {
      failed(
        await call({ url: 'http://169.254.169.254/latest/meta-data' }),
        /link-local or cloud metadata/,
        {},
      );
      const rules: AddressRules = { deny: ['127.0.0.0/8', '::1'] };
      const strict = new Connections(new AddressGuard(rules));
      const byName = target({ url: server.url.replace('127.0.0.1', 'localhost') }, strict);
      failed(await byName.call(callOf()), /^localhost may not be called: .*provisioning\.http\.deny/, {});
      failed(await target({}, strict).call(callOf()), /provisioning\.http\.deny/, {});
      assert.equal(server.connections(), 0);
    });
  });

  describe('over TLS', () => {
    let secure: MisbehavingServer;
    beforeEach(async () => {
      secure = await misbehavingServer(answers(200), { tls: true });
    });
    afterEach(() => secure.close());

    it('refuses a certificate that nobody vouches for, and says what to do', async () => {
      failed(
        await call({ url: secure.url }),
        /^127\.0\.0\.1:\d+ could not be reached over TLS \(DEPTH_ZERO_SELF_SIGNED_CERT.*add the CA/,
        { outage: true },
      );
      assert.equal(secure.received.length, 0);
    });

    it('takes it with its CA, or with verification off, and keeps the connection', async () => {
      for (const tls of [
        { ca: selfSigned.cert },
        { rejectUnauthorized: false },
        { ca: selfSigned.cert, cert: '', key: '', servername: 'localhost' },
      ]) {
        const trusting = target({ url: secure.url, tls, timeoutSeconds: 5 });
        const before = secure.connections();
        for (let round = 0; round < 20; round++) assert.equal((await trusting.call(callOf())).ok, true);
        assert.ok(secure.connections() <= before + 2);
      }
    });

    it('refuses a certificate for another name', async () => {
      const tls = { ca: selfSigned.cert, servername: 'other.example' };
      failed(await call({ url: secure.url, tls }), /ERR_TLS_CERT_ALTNAME_INVALID.*for another name/, {
        outage: true,
      });
    });

    it('fails clearly when the port does not speak TLS, or the CA is no certificate', async () => {
      failed(
        await call({ url: server.url.replace('http:', 'https:') }),
        /over TLS .*check that the port speaks TLS/,
        { outage: true },
      );
      failed(
        await call({
          url: secure.url,
          tls: { ca: '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----' },
        }),
        /could not be reached over TLS/,
        { outage: true },
      );
    });
  });

  describe('keeps connections alive', () => {
    it('over calls, though names are looked up and addresses checked', async () => {
      const byName = target({ url: server.url.replace('127.0.0.1', 'localhost'), timeoutSeconds: 5 });
      for (let round = 0; round < 20; round++) await byName.call(callOf());
      // A connection is free again a turn of the event loop after the answer: the next call may have opened another.
      assert.ok(server.connections() <= 2, `${server.connections()} connections`);
    });

    it('between handlers whose transport is the same, while one of them lives', async () => {
      const [one, two] = [target(), target({ headers: [{ name: 'x-other', value: '1' }] })];
      await one.call(callOf());
      await sleep(20);
      await two.call(callOf());
      await one.close();
      targets.splice(targets.indexOf(one), 1);
      await sleep(20);
      assert.equal((await two.call(callOf())).ok, true);
      assert.equal(server.connections(), 1);
      await target({ tls: { servername: 'x' } }).call(callOf());
      assert.equal(server.connections(), 2);
    });

    it('not beyond the last handler', async () => {
      let closed = false;
      server.become(({ request, response }) => {
        request.socket.on('close', () => {
          closed = true;
        });
        response.end();
      });
      const only = target();
      await only.call(callOf());
      assert.equal(closed, false);
      await only.close();
      targets.pop();
      await eventually('the connection ends', () => closed);
    });

    it('nor one that has not come about yet', async () => {
      const deaf = await deafListener();
      const connecting = () =>
        process.getActiveResourcesInfo().filter((kind) => kind === 'ConnectWrap').length;
      const before = connecting();
      for (const url of [deaf.url, deaf.url.replace('http:', 'https:')]) {
        const waiting = target({ url });
        await waiting.call(callOf());
        assert.equal(connecting(), before + 1);
        await waiting.close();
        targets.pop();
        await eventually('the connection is given up', () => connecting() === before);
      }
      await deaf.close();
    });

    it('until the calls in flight have settled', async () => {
      server.become(answersAfter(150));
      const closing = target({ timeoutSeconds: 5 });
      const last = closing.call(callOf());
      await eventually('the request arrives', () => server.received.length === 1);
      await closing.close();
      targets.pop();
      assert.equal((await last).response, 'late');
    });

    it('and is not misled by a server that closes them between requests', async () => {
      server.become(closesConnection());
      const steady = target({ timeoutSeconds: 5 });
      for (let round = 0; round < 100; round++) assert.equal((await steady.call(callOf())).error, null);
      server.become(closesConnection(20));
      for (let round = 0; round < 5; round++) {
        assert.equal((await steady.call(callOf())).error, null);
        await sleep(50);
      }
      assert.equal(server.received.length, 105);
    });

    it('but not with a server that has closed one without an answer', async () => {
      const wary = target({ timeoutSeconds: 5 });
      server.become(inTurn(resets(), answers(200)));
      assert.equal((await wary.call(callOf())).ok, false);
      for (let round = 0; round < 3; round++) {
        assert.equal((await wary.call(callOf())).ok, true);
        await sleep(20);
      }
      assert.equal(server.connections(), 4);
    });

    it('and sends no request twice by itself', async () => {
      server.become(inTurn(answers(200), resets()));
      const steady = target();
      await steady.call(callOf());
      assert.equal((await steady.call(callOf())).ok, false);
      assert.equal(server.received.length, 2);
    });
  });

  describe('through a proxy', () => {
    let proxy: HttpProxy;
    beforeEach(async () => {
      proxy = await startProxy();
    });
    afterEach(() => proxy.close());

    it('calls http and https', async () => {
      const secure = await misbehavingServer(answers(200, 'secure'), { tls: true });
      const viaProxy = { proxy: { url: proxy.url.replace('//', '//me:pr0xy-pass@') }, timeoutSeconds: 5 };
      assert.equal((await call(viaProxy)).response, 'ok');
      assert.equal(
        (await call({ ...viaProxy, url: secure.url, tls: { ca: selfSigned.cert } })).response,
        'secure',
      );
      await secure.close();
      assert.deepEqual(proxy.seen, [
        `POST ${server.url}/hook?from=test`,
        `CONNECT ${new URL(secure.url).host}`,
      ]);
      assert.equal(proxy.authorization(), `Basic ${Buffer.from('me:pr0xy-pass').toString('base64')}`);
    });

    it('keeps no user and password of it that a receiver sends back', async () => {
      server.become(echoes(200, ({ headers }) => ({ 'x-seen': headers['proxy-authorization'] ?? 'none' })));
      const viaProxy = { proxy: { url: proxy.url.replace('//', '//me:pr0xy-pass@') }, timeoutSeconds: 5 };
      assert.equal((await call(viaProxy)).responseHeaders['x-seen'], 'Basic ***');
    });

    it('sends all headers of one name, and the Host of the user', async () => {
      const headers = [
        { name: 'X-Twice', value: 'one' },
        { name: 'X-Twice', value: 'two' },
        { name: 'Host', value: 'sip.example' },
      ];
      const proxied = { proxy: { url: proxy.url }, headers, timeoutSeconds: 5 };
      const secure = await misbehavingServer(answers(200), { tls: true });
      assert.equal((await call(proxied)).error, null);
      const tls = { ca: selfSigned.cert, servername: 'localhost' };
      assert.equal((await call({ ...proxied, url: secure.url, tls })).error, null);
      assert.equal(server.received[0]?.headers['x-twice'], 'one, two');
      assert.equal(secure.received[0]?.headers['x-twice'], 'one, two');
      assert.equal(secure.received[0]?.headers['host'], 'sip.example');
      await secure.close();
    });

    it('calls hosts of noProxy without it', async () => {
      const noProxy = ['example.com', `127.0.0.1:${server.port}`];
      assert.equal((await call({ proxy: { url: proxy.url, noProxy } })).response, 'ok');
      assert.deepEqual(proxy.seen, []);
    });

    it('checks the address of the proxy', async () => {
      const strict = new Connections(new AddressGuard({ deny: ['127.0.0.0/8', '::1'] }));
      const url = 'http://crm.example/';
      const literal = target({ url, proxy: { url: proxy.url } }, strict);
      failed(await literal.call(callOf()), /provisioning\.http\.deny/, {});
      const byName = target({ url, proxy: { url: proxy.url.replace('127.0.0.1', 'localhost') } }, strict);
      failed(await byName.call(callOf()), /^localhost may not be called/, {});
      const tunnel = {
        url: 'https://crm.example/',
        proxy: { url: proxy.url.replace('127.0.0.1', 'localhost') },
      };
      failed(await target(tunnel, strict).call(callOf()), /^localhost may not be called/, {});
      assert.deepEqual(proxy.seen, []);
    });

    it('checks an address in the URL', async () => {
      failed(
        await call({ url: 'http://169.254.169.254/', proxy: { url: proxy.url } }),
        /link-local or cloud metadata/,
        {},
      );
      assert.deepEqual(proxy.seen, []);
    });

    it('says when the proxy wants a password, or is not there', async () => {
      proxy.refuse();
      failed(await call({ proxy: { url: proxy.url } }), /the proxy wants a user and a password \(407\)/, {
        outage: true,
      });
      failed(
        await call({ url: 'https://crm.example/', proxy: { url: proxy.url } }),
        /through the proxy: .*407/,
        { outage: true },
      );
      const url = await closedPort();
      failed(await call({ proxy: { url } }), /refused the connection/, { outage: true });
    });

    it('does not take for its own what the receiver behind a tunnel answers', async () => {
      const secure = await misbehavingServer(answers(407, 'sign in there first'), { tls: true });
      const tls = { ca: selfSigned.cert };
      const outcome = await call({ url: secure.url, tls, proxy: { url: proxy.url }, timeoutSeconds: 5 });
      failed(outcome, /^HTTP 407 Proxy Authentication Required$/, { code: 407 });
      assert.deepEqual([outcome.response, outcome.final], ['sign in there first', true]);
      await secure.close();
    });
  });

  it('describes itself without secrets', () => {
    const url = 'https://user:password@crm.example:8443/hooks?token=t0ken';
    assert.equal(target({ url }).description, 'POST https://crm.example:8443/hooks?…');
  });

  it('shows no password of a URL in a header', async () => {
    const headers = [{ name: 'X-Callback', value: 'https://me:pass-word@back.example/in' }];
    const { requestHeaders } = await target({ headers }).call(callOf());
    const shown = JSON.stringify(requestHeaders);
    assert.match(shown, /https:\/\/me:\*\*\*@back\.example\/in/);
    assert.equal(server.received.at(-1)?.headers['x-callback'], headers[0]?.value);
  });

  it('takes one status after the other', async () => {
    server.become(statuses(503, 503, 200));
    const steady = target();
    const codes = [];
    for (let round = 0; round < 4; round++)
      codes.push((await steady.call(callOf({ attempt: round + 1 }))).code);
    assert.deepEqual(codes, [503, 503, 200, 200]);
    assert.deepEqual(
      server.received.map(({ headers }) => headers['provisioning-attempt']),
      ['1', '2', '3', '4'],
    );
  });
});

/** Where nobody listens. */
async function closedPort(): Promise<string> {
  const brief = await misbehavingServer();
  await brief.close();
  return brief.url;
}
