import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '\u0000', '\ud800', ''),
);

/** Envelopes with any part of them replaced by something else. */
const nearEnvelope = fc.record(
  {
    event: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record(
          {
            dt: fc.oneof(fc.constant('2026-01-31T12:00:00+00:00'), text, fc.jsonValue()),
            events_id: fc.oneof(
              fc.constantFrom('clients.create', 'a.b_c.D9', 'x'.repeat(256), 'x'.repeat(257), 'a..b'),
              text,
            ),
            object_id: fc.oneof(fc.integer(), fc.double(), text, fc.jsonValue()),
            more: fc.jsonValue(),
          },
          { requiredKeys: ['events_id'] },
        ),
      },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    data: fc.oneof(fc.dictionary(text, fc.jsonValue()), fc.jsonValue()),
    more: fc.jsonValue(),
  },
  { requiredKeys: ['event'] },
);

const goodEnvelope = fc
  .record({
    objectId: fc.oneof(fc.integer(), fc.string({ minLength: 1, unit: 'binary' })),
    data: fc.dictionary(text, fc.jsonValue()),
  })
  .map(({ objectId, data }) => ({ ...envelope(objectId), data }));

const body = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.json().map((json) => Buffer.from(json)),
  nearEnvelope.map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .array(fc.oneof(goodEnvelope, nearEnvelope), { maxLength: 8 })
    .map((value) => Buffer.from(JSON.stringify(value))),
  goodEnvelope.map((value) => Buffer.from(JSON.stringify(value))),
);

const headers = fc.record(
  {
    'idempotency-key': fc.oneof(fc.string({ maxLength: 3 }), fc.string({ maxLength: 300 })),
    'webhook-id': fc.string({ maxLength: 3 }),
    'content-type': fc.oneof(
      { weight: 8, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: fc.string() },
    ),
    'content-encoding': fc.constantFrom('identity', 'gzip', 'br'),
  },
  { requiredKeys: ['content-type'] },
);

describe('intake, whatever is sent', function () {
  this.timeout(40_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({ flows: [tab, registry(), intakeNode('/in'), executor()] });
  });
  after(() => red.kill9());

  const journaled = async (): Promise<number> => {
    const { items } = await red.get<{ items: { seq: number }[] }>(
      'provisioning/registries/registry/events?limit=1',
    );
    return items[0]?.seq ?? 0;
  };

  it('takes it or says what is wrong with it, and never fails', async () => {
    const allowed = new Set([200, 202, 400, 409, 415]);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(body, headers, async (bytes, fields) => {
        const request = { method: 'POST', headers: fields, body: Uint8Array.from(bytes) };
        // Some strings are no header values: then nothing is sent.
        const response = await red.node('/in', request).catch((error) => error as TypeError);
        if (response instanceof TypeError) return fc.pre(false);
        seen.add(response.status);
        const answer = (await response.json()) as { error?: { code: string } };
        assert.ok(allowed.has(response.status), `${response.status} ${JSON.stringify(answer)}`);
        if (response.status >= 400) assert.equal(typeof answer.error?.code, 'string');
      }),
      { numRuns: 400 },
    );
    for (const status of [202, 400, 415]) assert.ok(seen.has(status), `no ${status} among ${[...seen]}`);
    assert.deepEqual(
      red.log.filter((line) => /uncaught|provisioning intake/i.test(line)),
      [],
    );
  });

  it('gives back every envelope as it came', async () => {
    await fc.assert(
      fc.asyncProperty(goodEnvelope, async (value) => {
        const response = await red.node('/in', postJson(value));
        const { id } = (await response.json()) as { id?: string };
        if (response.status === 400) return; // a string may be too long or of lone surrogates, a key be __proto__
        assert.equal(response.status, 202);
        const event = await red.get<{ envelope: string }>(`provisioning/registries/registry/events/${id}`);
        assert.deepEqual(JSON.parse(event.envelope), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 150 },
    );
  });

  it('journals all events of a request or none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(goodEnvelope, { minLength: 1, maxLength: 5 }),
        fc.array(nearEnvelope, { maxLength: 2 }),
        async (good, near) => {
          const before = await journaled();
          const response = await red.node('/in', postJson([...good, ...near]));
          const grown = (await journaled()) - before;
          assert.equal(grown, response.status === 202 ? good.length + near.length : 0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
