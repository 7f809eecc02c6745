import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AddressGuard } from '../../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../../src/engine/targets/http/http.ts';
import { verify } from '../../../../src/engine/targets/signature.ts';
import type { Target } from '../../../../src/engine/targets/target.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';
import { anyValue, hostileValues } from '../../../support/hostile-values.ts';
import { expressions } from '../../../support/jsonata.ts';
import { answers, type MisbehavingServer, misbehavingServer } from '../../../support/misbehaving-server.ts';
import { startProxy } from '../../../support/proxy.ts';

describe('a shaped call', () => {
  let server: MisbehavingServer;
  const connections = new Connections(new AddressGuard());
  const targets: Target[] = [];

  beforeEach(async () => {
    server = await misbehavingServer();
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((target) => target.close()));
    await server.close();
  });

  const target = ({ path = '/', ...config }: { path?: string; [property: string]: unknown }): Target => {
    const handler = {
      id: 'handler',
      handlerType: 'http',
      url: server.url + path,
      timeoutSeconds: 5,
      ...config,
    };
    const made = httpTarget(handlerSchema.parse(handler) as HttpHandler, { connections, expressions });
    targets.push(made);
    return made;
  };
  const bodyOf = (data: unknown) =>
    JSON.stringify({
      event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.create', object_id: 12 },
      data,
    });
  const call = (config: Parameters<typeof target>[0], data: unknown = {}, attempt = 1): Promise<Outcome> =>
    target(config).call(callOf({ body: bodyOf(data), attempt }));
  const received = () => {
    const { method, path, headers, body } = server.received.at(-1) ?? assert.fail('nobody was called');
    return { method, path, body, type: headers['content-type'], length: headers['content-length'] };
  };
  const uncalled = async (outcome: Promise<Outcome>, error: RegExp): Promise<void> => {
    const before = server.received.length;
    const { ok, uncalled, outage, error: said } = await outcome;
    assert.deepEqual([ok, uncalled, outage, server.received.length], [false, true, false, before]);
    assert.match(said ?? '', error);
  };

  describe('goes', () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      it(`by ${method}, with the event`, async () => {
        const outcome = await call({ method, path: '/clients/{objectId}?type={eventType}' });
        const body = bodyOf({});
        assert.deepEqual(received(), {
          method,
          path: '/clients/12?type=clients.create',
          body,
          type: 'application/json',
          length: String(body.length),
        });
        assert.equal(outcome.ok, true);
        assert.equal(outcome.target, `${method} ${server.url}/clients/12?…`);
      });

    it('by GET without a body, whatever its body would be', async () => {
      for (const body of ['envelope', 'data', 'jsonata', 'form'])
        await call({ method: 'GET', body, headers: [{ name: 'accept', value: 'text/plain' }] });
      assert.equal(server.received.length, 4);
      assert.deepEqual(received(), {
        method: 'GET',
        path: '/',
        body: '',
        type: undefined,
        length: undefined,
      });
    });

    it('where it says to people that it goes', () => {
      assert.equal(
        target({ method: 'PUT', path: '/a/{data.b}/{x}?c={dt}' }).description,
        `PUT ${server.url}/a/{data.b}/%7Bx%7D?…`,
      );
    });

    it('through a proxy that passes it on', async () => {
      const proxy = await startProxy();
      try {
        await call({ path: '/x/{objectId}', proxy: { url: proxy.url } });
        assert.equal(received().path, '/x/12');
      } finally {
        await proxy.close();
      }
    });

    it('with headers that the event fills', async () => {
      const headers = [
        { name: 'x-account', value: 'a-{data.account}-{objectId}' },
        { name: 'x-json', value: '{"id":"{objectId}","of":{"x":{}}}' },
        { name: 'x-name', value: '{{objectId}} {no} {data.empty}' },
      ];
      await call({ headers }, { account: 'Zoë', empty: '' });
      const { headers: got } = server.received[0] ?? assert.fail();
      assert.deepEqual(
        [got['x-account'], got['x-json'], got['x-name']],
        ['a-Zoë-12', '{"id":"12","of":{"x":{}}}', '{objectId} {no}'],
      );
    });

    it('with what of the event came into a secret header hidden', async () => {
      server.become(answers(200, 'you are s3cret-session-key'));
      const outcome = await call(
        { headers: [{ name: 'cookie', value: 'session={data.key}' }] },
        { key: 's3cret-session-key' },
      );
      assert.equal(outcome.requestHeaders['cookie'], '***');
      server.become(answers(200, 'session=s3cret-session-key'));
      const { response } = await call(
        { headers: [{ name: 'cookie', value: 'session={data.key}' }] },
        { key: 's3cret-session-key' },
      );
      assert.equal(response, '***');
    });
  });

  describe('sends', () => {
    it('the data alone', async () => {
      await call({ body: 'data' }, { name: 'Zoë', tags: [1] });
      const body = '{"name":"Zoë","tags":[1]}';
      assert.deepEqual([received().body, received().type], [body, 'application/json']);
      assert.equal(received().length, String(Buffer.byteLength(body)));
    });

    it('what an expression makes of the event: JSON, or a text as it is', async () => {
      await call({ body: 'jsonata', bodyExpression: '{"id": event.object_id, "n": data.n}' }, { n: [1] });
      assert.deepEqual([received().body, received().type], ['{"id":12,"n":[1]}', 'application/json']);
      await call({ body: 'jsonata', bodyExpression: '"<id>" & event.object_id & "</id>"' });
      assert.deepEqual([received().body, received().type], ['<id>12</id>', 'text/plain; charset=utf-8']);
      await call({
        body: 'jsonata',
        bodyExpression: '"<id/>"',
        headers: [{ name: 'Content-Type', value: 'application/xml' }],
      });
      assert.deepEqual([received().body, received().type], ['<id/>', 'application/xml']);
    });

    it('a form of the data, or of what an expression makes', async () => {
      await call({ body: 'form' }, { 'a b': 'ü&=', n: 1.5, yes: true, no: null, list: ['x', 'y'] });
      assert.deepEqual(
        [received().body, received().type],
        ['a+b=%C3%BC%26%3D&n=1.5&yes=true&list=x&list=y', 'application/x-www-form-urlencoded'],
      );
      await call({ body: 'form', bodyExpression: '{"login": data.name, "op": "add"}' }, { name: 'zoe' });
      assert.equal(received().body, 'login=zoe&op=add');
    });

    it('the same bytes each time, signed as they are', async () => {
      const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      const shaped = target({
        body: 'jsonata',
        bodyExpression: '$merge([data, {"n": $sum(data.list)}])',
        signingSecret: secret,
      });
      for (const attempt of [1, 2, 3])
        await shaped.call(callOf({ attempt, body: bodyOf({ list: [1, 2], name: 'Zoë' }) }));
      assert.equal(new Set(server.received.map(({ body }) => body)).size, 1);
      assert.equal(received().body, '{"list":[1,2],"name":"Zoë","n":3}');
      for (const { headers, body } of server.received) assert.ok(isSigned(headers, body, secret));
      await call({ method: 'GET', signingSecret: secret });
      const { headers } = server.received.at(-1) ?? assert.fail();
      assert.ok(isSigned(headers, '', secret));
    });

    const isSigned = (headers: Readonly<Record<string, unknown>>, body: string, secret: string) => {
      const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
        (name) => String(headers[name]),
      ) as [string, string, string];
      const now = Number(timestamp) * 1000;
      return verify({ id, timestamp, signature }, body, { secrets: [secret], toleranceSeconds: 1, now });
    };
  });

  describe('is not made', () => {
    it('where a placeholder can not be filled', async () => {
      await uncalled(
        call({ path: '/a/{data.x}' }),
        /^127\.0\.0\.1:\d+ was not called: \{data\.x\} in the URL is missing in the event: have the flow put it right, or change the handler$/,
      );
      await uncalled(call({ path: '/a/{data.x}' }, { x: '..' }), /would make "\." or "\.\."/);
      const header = (x: string) => call({ headers: [{ name: 'x-a', value: '{data.x}' }] }, { x });
      await uncalled(header('a\r\nx-b: 1'), /\{data\.x\} in the header "x-a" holds a line end/);
      await uncalled(header('\0'), /control character/);
      await uncalled(header('Ж'), /not Latin-1/);
      await uncalled(header('x'.repeat(9000)), /longer than 8,192/);
    });

    it('where no body can be made', async () => {
      const made = (bodyExpression: string) => call({ body: 'jsonata', bodyExpression });
      await uncalled(made('data.missing'), /the body's expression gives nothing/);
      await uncalled(made('$uppercase'), /gives a function/);
      await uncalled(made('$uppercase(1)'), /the body's expression can not be evaluated: /);
      await uncalled(made('$join($map([1..200000], function() { "1234567890" }))'), /longer than 1 MiB/);
      await uncalled(
        made('($f := function($n) { $f($n + 1) }; $f(0))'),
        /the body's expression did not end within 1,000,000 steps/,
      );
      await uncalled(call({ body: 'form' }, { a: { b: 1 } }), /"a" is an object, which no field of a form/);
      await uncalled(call({ body: 'form', bodyExpression: '"x"' }), /the form must be made of an object/);
    });
  });

  describe('has come to', () => {
    const judged = (config: object, status: number, body: string, headers = {}) => {
      server.become(answers(status, body, headers));
      return call({ ...config });
    };
    const rule = { successRule: 'status = 200 and body.result != "error"' };

    it('what the rule says of the answer', async () => {
      assert.equal((await judged(rule, 200, '{"result":"ok"}')).ok, true);
      const {
        ok,
        outage,
        final,
        uncalled: none,
        error,
        response,
        code,
      } = await judged(rule, 200, '{"result":"error"}');
      assert.deepEqual([ok, outage, final, none, code], [false, false, true, false, 200]);
      assert.equal(
        error,
        `HTTP 200, but the answer is no success by the handler's rule: ${rule.successRule}`,
      );
      assert.equal(response, '{"result":"error"}');
    });

    it('what its status says where the rule refuses another one than 2xx', async () => {
      const { ok, outage, final, error } = await judged(rule, 503, '{"result":"ok"}');
      assert.deepEqual([ok, outage, final], [false, true, false]);
      assert.match(error ?? '', /^HTTP 503/);
    });

    it('a success that the rule makes of another status', async () => {
      const already = { successRule: 'status < 300 or (status = 409 and $contains(body, "exists"))' };
      assert.equal((await judged(already, 409, 'it exists')).ok, true);
      assert.equal((await judged(already, 409, 'no')).ok, false);
      assert.equal((await judged(already, 200, 'yes')).ok, true);
    });

    it('what headers say', async () => {
      const byHeader = { successRule: "headers.`x-result` = 'done'" };
      assert.equal((await judged(byHeader, 200, '', { 'X-Result': 'done' })).ok, true);
      assert.equal((await judged(byHeader, 200, '', { 'X-Result': 'no' })).ok, false);
    });

    it('a failure where the rule can not be evaluated, with why', async () => {
      const { ok, final, error } = await judged({ successRule: '$number(body)' }, 200, 'x');
      assert.deepEqual([ok, final], [false, true]);
      assert.match(error ?? '', /^HTTP 200, but the answer can not be judged by the handler's rule, which /);
    });

    it('the part of a success that is kept', async () => {
      const part = { responsePart: 'body.data.id' };
      assert.equal((await judged(part, 200, '{"data":{"id":"c-1","ssn":"1"}}')).response, 'c-1');
      assert.equal(
        (await judged({ responsePart: 'body.data' }, 200, '{"data":{"id":1}}')).response,
        '{"id":1}',
      );
      assert.equal((await judged(part, 200, '{}')).response, null);
      assert.equal((await judged(part, 500, '{"why":"x"}')).response, '{"why":"x"}');
      assert.equal((await judged({ responsePart: '$number(body)' }, 200, 'all')).response, 'all');
    });

    it('what is kept, without secrets and within 64 KiB, though the rule sees all', async () => {
      const token = 'a-token-of-mine';
      const config = {
        auth: { type: 'bearer', token },
        successRule: `body.token = "${token}"`,
        responsePart: 'body',
      };
      const { ok, response, error } = await judged(config, 200, JSON.stringify({ token }));
      assert.deepEqual([ok, error, response], [true, null, '{"token":"***"}']);
      const { error: said } = await judged(config, 200, '{}');
      assert.doesNotMatch(said ?? '', /token-of-mine/);
      const long = await judged({ responsePart: 'body & body' }, 200, 'x'.repeat(60_000));
      assert.equal(long.response?.length, 65_536);
    });
  });

  describe('holds in its place', () => {
    const places = async (value: string, other: string): Promise<void> => {
      const before = server.received.length;
      const outcome = await call(
        {
          method: 'PUT',
          path: '/a/b-{data.v}.c/{data.o}/d?x={data.v}&y=z{data.o}',
          headers: [{ name: 'x-value', value: 'v{data.h}v' }],
          body: 'form',
          bodyExpression: '{"v": data.v, "o": data.o}',
        },
        { v: value, o: other, h: 'h' },
      );
      if (outcome.uncalled) return assert.equal(server.received.length, before);
      const { method, path, headers, body } = server.received.at(-1) ?? assert.fail();
      const { pathname, searchParams, host } = new URL(path, server.url);
      assert.deepEqual([method, host, headers.host], ['PUT', `127.0.0.1:${server.port}`, host]);
      assert.deepEqual(pathname.split('/').map(decodeURIComponent), ['', 'a', `b-${value}.c`, other, 'd']);
      assert.deepEqual(Object.fromEntries(searchParams), { x: value, y: `z${other}` });
      assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), { v: value, o: other });
    };

    it('whatever is hostile', async () => {
      for (const value of hostileValues) await places(value, 'o');
      for (const value of hostileValues) await places('v', value);
      assert.ok(server.received.length > hostileValues.length);
    });

    it('any value', async () => {
      await fc.assert(fc.asyncProperty(anyValue, anyValue, places), { numRuns: 300 });
    });

    it('any value of a header', async () => {
      await fc.assert(
        fc.asyncProperty(anyValue, async (value) => {
          const before = server.received.length;
          const outcome = await call({ headers: [{ name: 'x-value', value: '<{data.v}>' }] }, { v: value });
          if (outcome.uncalled) return assert.equal(server.received.length, before);
          const { headers, body } = server.received.at(-1) ?? assert.fail();
          assert.equal(headers['x-value'], `<${value}>`);
          assert.equal(headers['x-injected'], undefined);
          assert.equal(body, bodyOf({ v: value }));
        }),
        { numRuns: 300 },
      );
    });
  });
});
