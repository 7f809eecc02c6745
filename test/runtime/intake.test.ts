import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { sign } from '../../src/engine/targets/signature.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

interface Answer {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly duplicate?: true;
  readonly error?: { code: string; message: string; issues?: { field: string; message: string }[] };
}

const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;

/** A reference that Node-RED finds nothing for. */
const notSet = '$' + '{NOT_SET}';

const flow = [
  tab,
  registry(),
  intakeNode('/open', { id: 'open' }),
  intakeNode('/basic', {
    id: 'basic',
    intakeAuth: 'basic',
    credentials: { intakeUser: 'jera', intakePassword: 'pä:ss' },
  }),
  intakeNode('/bearer', { id: 'bearer', intakeAuth: 'bearer', credentials: { intakeToken: 't0ken' } }),
  intakeNode('/spaced', { id: 'spaced', intakeAuth: 'bearer', credentials: { intakeToken: 'two  words ' } }),
  intakeNode('/signed', { id: 'signed', intakeAuth: 'signature', credentials: { intakeSecret: secret } }),
  intakeNode('/rotated', {
    id: 'rotated',
    intakeAuth: 'bearer',
    credentials: { intakeToken: 'new', previousIntakeToken: ' old ' },
  }),
  intakeNode('/resigned', {
    id: 'resigned',
    intakeAuth: 'signature',
    credentials: { intakeSecret: secret, previousIntakeSecret: 'the old secret' },
  }),
  intakeNode('/blank', { id: 'blank', intakeAuth: 'bearer', credentials: { intakeToken: '  ' } }),
  intakeNode('/retorn', {
    id: 'retorn',
    intakeAuth: 'signature',
    credentials: { intakeSecret: secret, previousIntakeSecret: 'whsec_not base64' },
  }),
  intakeNode('/outworn', {
    id: 'outworn',
    intakeAuth: 'bearer',
    credentials: { intakeToken: 'new', previousIntakeToken: notSet },
  }),
  intakeNode('/unlocked', { id: 'unlocked', intakeAuth: 'bearer' }),
  intakeNode('/dangling', {
    id: 'dangling',
    intakeAuth: 'bearer',
    credentials: { intakeToken: notSet },
  }),
  intakeNode('/half', { id: 'half', intakeAuth: 'basic', credentials: { intakeUser: 'jera' } }),
  intakeNode('/hanging', {
    id: 'hanging',
    intakeAuth: 'basic',
    credentials: { intakeUser: 'jera', intakePassword: notSet },
  }),
  intakeNode('/torn', {
    id: 'torn',
    intakeAuth: 'signature',
    credentials: { intakeSecret: 'whsec_not base64' },
  }),
  intakeNode('/odd', { id: 'odd', intakeAuth: 'magic' }),
  registry({ id: 'wrong', concurrency: 'many' }),
  intakeNode('/refused', { id: 'refused', registry: 'wrong' }),
  intakeNode('/lonely', { id: 'lonely', registry: 'nobody' }),
  eventNode({ id: 'closed', path: '/closed' }),
  eventNode({ id: 'anywhere', intake: true }),
  executor(),
];

describe('intake', function () {
  this.timeout(30_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({ flows: flow, settings: { httpAdminRoot: '/', httpNodeRoot: '/' } });
  });
  after(() => red.kill9());

  async function send(
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; headers: Headers; body: Answer }> {
    const response = await red.node(path, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
  }

  async function journaled(): Promise<number> {
    const { items } = await red.get<{ items: { seq: number }[] }>(
      'provisioning/registries/registry/events?limit=1',
    );
    return items[0]?.seq ?? 0;
  }

  it('answers 202 with the id of an event that is in the journal', async () => {
    const { status, body } = await send('/open', postJson(envelope('a-1')));
    assert.equal(status, 202);
    const event = await red.get<{ objectId: string; node: string; envelope: string }>(
      `provisioning/registries/registry/events/${body.id}`,
    );
    assert.equal(event.objectId, 'a-1');
    assert.equal(event.node, 'open');
    assert.deepEqual(JSON.parse(event.envelope), envelope('a-1'));
  });

  it('keeps what other stacks write as they write it, and an empty list for data as {}', async () => {
    for (const dt of [
      '2026-01-31T12:00:00+0000',
      '2026-01-31t12:00:00.123456789z',
      '2026-01-31 12:00:00+02',
    ]) {
      const sent = { event: { ...envelope('php').event, dt }, data: [] };
      const { status, body } = await send('/open', postJson(sent));
      assert.equal(status, 202, dt);
      const event = await red.get<{ envelope: string }>(`provisioning/registries/registry/events/${body.id}`);
      assert.equal(event.envelope, JSON.stringify({ ...sent, data: {} }));
    }
  });

  it('answers 202 with the ids of many events, in their order', async () => {
    const { status, body } = await send('/open', postJson([envelope('b-1'), envelope('b-2')]));
    assert.equal(status, 202);
    assert.equal(body.ids?.length, 2);
    const second = await red.get<{ objectId: string }>(
      `provisioning/registries/registry/events/${body.ids?.[1]}`,
    );
    assert.equal(second.objectId, 'b-2');
  });

  it('takes a path with a slash at its end, a query, doubled slashes, and a media type of the JSON family', async () => {
    for (const path of ['/open/', '/open?from=jera', '//open']) {
      const response = await fetch(red.url + path, postJson(envelope()));
      assert.equal(response.status, 202, path);
    }
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/cloudevents+json',
    ]) {
      assert.equal((await send('/open', postJson(envelope(), { 'content-type': type }))).status, 202, type);
    }
  });

  it('receives at /provisioning/events when its node names no path', async () => {
    assert.equal((await send('/provisioning/events', postJson(envelope()))).status, 202);
  });

  it('takes all events of a request or none', async () => {
    const before = await journaled();
    const { status, body } = await send(
      '/open',
      postJson([envelope(), { ...envelope(), event: { dt: 'today' } }]),
    );
    assert.equal(status, 400);
    const fields = body.error?.issues?.map(({ field }) => field);
    assert.deepEqual(fields, ['[1].event.dt', '[1].event.events_id', '[1].event.object_id']);
    assert.match(body.error?.message ?? '', /\[1\]\.event\.dt: must be an ISO 8601 date/);
    assert.equal(await journaled(), before);
  });

  it('answers 400 and says what is wrong', async () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const wrong: [body: string | Uint8Array<ArrayBuffer>, says: RegExp][] = [
      ['', /empty/],
      ['{"event":', /not valid JSON/],
      [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), /not valid UTF-8/],
      ['[]', /1 to 1000 events, and are 0/],
      [JSON.stringify(Array(1001).fill(envelope())), /1 to 1000 events, and are 1001/],
      ['42', /must be an object/],
      [JSON.stringify({ ...envelope(), data: [1] }), /data: must be an object/],
      [JSON.stringify(JSON.stringify(envelope())), /is JSON text, not an object/],
      [JSON.stringify(envelope()).replace('"Anna"', '1e400'), /data\.name: is Infinity, which JSON would/],
      [
        JSON.stringify(envelope()).replace('"object_id":12', '"object_id":-1e400'),
        /event\.object_id: must be/,
      ],
      [`{"event":{},"data":{"a":${nested(200_000)}}}`, /event\.dt: must be/],
      ...[150, 200_000].flatMap((levels): [string, RegExp][] => {
        const body = JSON.stringify(envelope()).replace('"Anna"', nested(levels));
        const deep = /data\.name(?:\[0\])+: is nested deeper than 100 levels/;
        return [
          [body, deep],
          [`[${body}]`, deep],
        ];
      }),
      [JSON.stringify(envelope()).replace('"object_id":12', '"object_id":9007199254740993'), /beyond 2\^53/],
    ];
    for (const [body, says] of wrong) {
      const answer = await send('/open', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      assert.equal(answer.status, 400, String(says));
      assert.equal(answer.body.error?.code, 'invalid');
      assert.match(answer.body.error?.message ?? '', says);
    }
  });

  it('keeps the answer short when a thousand events are wrong', async () => {
    const response = await red.node('/open', postJson(Array(1000).fill({})));
    assert.equal(response.status, 400);
    assert.ok((await response.text()).length < 8000);
  });

  it('lets no key of an object reach a prototype', async () => {
    const body = (keys: string) => JSON.stringify(envelope('proto')).replace('"data":{', keys);
    const refused = await send('/open', postJson(body('"data":{"__proto__":{"polluted":1},')));
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error?.issues?.[0]?.field, 'data.__proto__');
    const taken = body('"constructor":{"prototype":{"polluted":1}},"data":{');
    assert.equal((await send('/open', postJson(taken))).status, 202);
    const settings = await red.get<Record<string, unknown>>('settings');
    assert.equal(settings['polluted'], undefined);
    assert.equal((await send('/open', postJson(envelope()))).status, 202);
  });

  it('refuses other methods, media types and codings', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const response = await red.node('/open', { method });
      assert.equal(response.status, 405, method);
      assert.equal(response.headers.get('allow'), 'POST');
    }
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'json',
      '',
    ];
    for (const type of types) {
      const answer = await send('/open', postJson(envelope(), { 'content-type': type }));
      assert.equal(answer.status, 415, type);
    }
    const coded = await send('/open', postJson(envelope(), { 'content-encoding': 'gzip' }));
    assert.equal(coded.status, 415);
    assert.equal(coded.headers.get('accept-encoding'), 'identity');
  });

  it('answers 413 beyond 1 MiB, whether the length is announced or not, and the connection goes on', async () => {
    const big = JSON.stringify({ ...envelope(), data: { text: 'a'.repeat(1024 * 1024) } });
    assert.equal((await send('/open', postJson(big))).status, 413);
    const chunked: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
      body: new Blob([big]).stream(),
    };
    assert.equal((await send('/open', chunked)).status, 413);
    const fits = { ...envelope(), data: { text: 'a'.repeat(1_000_000) } };
    assert.equal((await send('/open', postJson(fits))).status, 202);
  });

  it('survives senders that go away, lie about the length or speak no HTTP', async () => {
    const { hostname, port } = new URL(red.url);
    const head = 'POST /open HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    for (const bytes of [
      `${head}content-length: 100\r\n\r\n{"event"`,
      `${head}transfer-encoding: chunked\r\n\r\n5\r\n{"eve\r\nzz`,
      `${head}content-length: 2\r\n\r\n{}trailing garbage`,
      `${head}content-length: -1\r\n\r\n{}`,
      head,
    ]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.resetAndDestroy();
    }
    assert.equal((await send('/open', postJson(envelope()))).status, 202);
  });

  describe('idempotency', () => {
    it('answers the second request with a key as the first, by either header', async () => {
      for (const header of ['idempotency-key', 'webhook-id']) {
        const request = postJson(envelope('c-1'), { [header]: `once-${header}` });
        const first = await send('/open', request);
        assert.equal(first.status, 202);
        const second = await send('/open', request);
        assert.equal(second.status, 200);
        assert.deepEqual(second.body, { id: first.body.id, duplicate: true });
      }
      const many = postJson([envelope('c-2'), envelope('c-3')], { 'idempotency-key': 'many' });
      const { body } = await send('/open', many);
      assert.deepEqual((await send('/open', many)).body, { ids: body.ids, duplicate: true });
    });

    it('lets one of many at once through, and all get its id', async () => {
      const before = await journaled();
      const request = postJson(envelope('c-4'), { 'idempotency-key': 'at-once' });
      const answers = await Promise.all(Array.from({ length: 30 }, () => send('/open', request)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(29).fill(200), 202]);
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.equal(await journaled(), before + 1);
    });

    it('answers 409 to another body with the same key, and keys of two paths are two keys', async () => {
      const key = { 'idempotency-key': 'twice' };
      assert.equal((await send('/open', postJson(envelope(1), key))).status, 202);
      const other = await send('/open', postJson(envelope(2), key));
      assert.equal(other.status, 409);
      assert.equal(other.body.error?.code, 'conflict');
      const elsewhere = postJson(envelope(2), { ...key, authorization: 'Bearer t0ken' });
      assert.equal((await send('/bearer', elsewhere)).status, 202);
    });

    it('refuses keys that are too long or not visible ASCII', async () => {
      for (const key of ['', 'a'.repeat(256), 'with blank', 'schlüssel']) {
        const { status, body } = await send('/open', postJson(envelope(), { 'idempotency-key': key }));
        assert.equal(status, 400, key);
        assert.equal(body.error?.issues?.[0]?.field, 'idempotency-key');
      }
    });
  });

  describe('authentication', () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

    it('takes the right user and password only', async () => {
      assert.equal((await send('/basic', postJson(envelope(), basic('jera:pä:ss')))).status, 202);
      const wrong = [basic('jera:pass'), basic('x:pä:ss'), basic(''), { authorization: 'Bearer t0ken' }, {}];
      for (const headers of wrong as Record<string, string>[]) {
        const answer = await send('/basic', postJson(envelope(), headers));
        assert.equal(answer.status, 401);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
        assert.equal(answer.body.error?.code, 'unauthorized');
      }
    });

    it('takes the right token only', async () => {
      assert.equal(
        (await send('/bearer', postJson(envelope(), { authorization: 'bearer t0ken' }))).status,
        202,
      );
      for (const authorization of ['Bearer t0ke', 'Bearer', 'Bearer t0ken t0ken', 'Basic t0ken', 't0ken']) {
        assert.equal(
          (await send('/bearer', postJson(envelope(), { authorization }))).status,
          401,
          authorization,
        );
      }
    });

    it('takes a token with blanks', async () => {
      for (const [authorization, status] of [
        ['Bearer two  words', 202],
        ['Bearer two', 401],
        ['Bearer two words', 401],
      ] as const)
        assert.equal((await send('/spaced', postJson(envelope(), { authorization }))).status, status);
    });

    it('takes the previous token too, while one is rotated', async () => {
      for (const [token, status] of [
        ['new', 202],
        ['old', 202],
        ['older', 401],
        ['', 401],
        ['new old', 401],
      ] as const) {
        const request = postJson(envelope(), { authorization: `Bearer ${token}` });
        assert.equal((await send('/rotated', request)).status, status, token);
      }
    });

    it('asks who it is before it reads the body', async () => {
      const { status } = await send('/bearer', postJson('{"not json'));
      assert.equal(status, 401);
    });

    const signed = (body: string, at: number, key = secret, id = `msg-${at}`) => ({
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': sign({ id, timestamp: at, body }, [key]),
    });
    const now = () => Math.floor(Date.now() / 1000);

    it('takes a signature over the very bytes that came, of the last five minutes', async () => {
      const body = `  ${JSON.stringify(envelope(), null, 2)}\n`;
      const headers = signed(body, now());
      assert.equal((await send('/signed', postJson(body, headers))).status, 202);
      assert.equal(
        (await send('/signed', postJson(body, headers))).status,
        200,
        'a repetition is a duplicate',
      );
      assert.equal((await send('/signed', postJson(body.trim(), headers))).status, 401, 'other bytes');
      assert.equal((await send('/signed', postJson(body, signed(body, now() - 301)))).status, 401, 'too old');
      assert.equal(
        (await send('/signed', postJson(body, signed(body, now() + 310)))).status,
        401,
        'too early',
      );
      assert.equal(
        (await send('/signed', postJson(body, signed(body, now(), 'other')))).status,
        401,
        'other secret',
      );
      assert.equal((await send('/signed', postJson(body))).status, 401, 'no signature');
    });

    it('takes a signature by the previous secret too, while one is rotated', async () => {
      for (const [key, status] of [
        [secret, 202],
        ['the old secret', 202],
        ['another', 401],
      ] as const) {
        const body = JSON.stringify(envelope(`by ${key}`));
        const headers = signed(body, now(), key, `msg-${key.replaceAll(' ', '-')}`);
        assert.equal((await send('/resigned', postJson(body, headers))).status, status, key);
      }
    });

    it('takes the headers by the names that they have at Svix, and knows a repetition by them', async () => {
      const body = JSON.stringify(envelope());
      const svix = (given: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
        );
      const request = postJson(body, svix(signed(body, now(), secret, 'msg-of-svix')));
      assert.equal((await send('/signed', request)).status, 202);
      const again = await send('/signed', request);
      assert.deepEqual([again.status, again.body.duplicate], [200, true]);
      const wrong = await send('/signed', postJson(body, svix(signed(body, now(), 'other'))));
      assert.equal(wrong.status, 401);
      assert.match(wrong.body.error?.message ?? '', /^svix-signature is wrong/);
      const key = postJson(envelope('svix'), { 'svix-id': 'msg-unsigned' });
      assert.equal((await send('/open', key)).status, 202);
      assert.equal((await send('/open', key)).status, 200);
    });

    it('knows a repetition by what is signed, whatever other key it comes with', async () => {
      const body = JSON.stringify(envelope());
      const headers = signed(body, now(), secret, 'msg-replayed');
      assert.equal((await send('/signed', postJson(body, headers))).status, 202);
      const again = await send('/signed', postJson(body, { ...headers, 'idempotency-key': 'another' }));
      assert.equal(again.status, 200);
      assert.equal(again.body.duplicate, true);
    });

    it('opens no door for a node that lacks its secret, or names a way to sign in that there is not', async () => {
      for (const [path, node, says] of [
        ['/unlocked', 'unlocked', 'intakeToken: is missing: enter the token'],
        ['/dangling', 'dangling', 'intakeToken: names'],
        ['/half', 'half', 'intakePassword: is missing: enter the password'],
        ['/hanging', 'hanging', 'intakePassword: names'],
        ['/torn', 'torn', 'intakeSecret: must be a text, or whsec_ and base64'],
        ['/blank', 'blank', 'intakeToken: is missing: enter the token'],
        ['/retorn', 'retorn', 'previousIntakeSecret: must be a text, or whsec_ and base64'],
        ['/outworn', 'outworn', 'previousIntakeToken: names'],
        ['/odd', 'odd', 'intakeAuth: must be "none", "basic", "bearer" or "signature"'],
      ] as const) {
        for (const authorization of [
          `Bearer ${notSet}`,
          basic(`jera:${notSet}`).authorization,
          basic('jera:').authorization,
          'Bearer',
        ]) {
          const answer = await send(path, postJson(envelope(), { authorization }));
          assert.equal(answer.status, 503, path);
          assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
          assert.equal(answer.body.error?.code, 'unavailable');
        }
        assert.ok(
          red.log.some((line) => line.includes(`provisioning-event:${node}] intake: ${says}`)),
          says,
        );
      }
    });
  });

  it('answers 503 with Retry-After while the registry is not in force', async () => {
    for (const [path, says] of [
      ['/refused', /concurrency: must be a whole number/],
      ['/lonely', /no registry/],
    ] as const) {
      const { status, headers, body } = await send(path, postJson(envelope()));
      assert.equal(status, 503);
      assert.match(headers.get('retry-after') ?? '', /^\d+$/);
      assert.match(body.error?.message ?? '', says);
    }
  });

  it('leaves other paths to others', async () => {
    assert.equal((await red.node('/closed', postJson(envelope()))).status, 404);
    assert.equal((await red.node('/open/further', postJson(envelope()))).status, 404);
    assert.equal((await red.admin('flows')).status, 200);
  });
});
