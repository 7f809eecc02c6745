import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { instantOf } from '../../../src/engine/words/date-time.ts';
import { InvalidInput } from '../../../src/engine/words/errors.ts';
import {
  type Envelope,
  envelopeSchema,
  parseEnvelope,
  parseEnvelopes,
  resemblesEnvelope,
} from '../../../src/engine/words/event.ts';
import { issuesOf } from '../../support/invalid.ts';
import { misleading } from '../../support/misleading.ts';

const sample = {
  event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.create', object_id: 12 },
  data: { id: 12 },
};
const withEvent = (event: object) => ({ ...sample, event: { ...sample.event, ...event } });
const withData = (data: unknown) => ({ ...sample, data });

describe('an envelope', () => {
  it('passes as it is, with the fields that a billing system adds', () => {
    const extended = { ...withEvent({ tenant: 'a' }), version: 2 };
    assert.deepEqual(parseEnvelope(extended), extended);
  });

  for (const value of [undefined, null, 'text', 5, [], [sample]])
    it(`is refused when it is ${JSON.stringify(value) ?? 'missing'}`, () => {
      assert.match(issuesOf(() => parseEnvelope(value))[''] ?? '', /^must be an object \{"event"/);
    });

  for (const text of ['{"event":{}}', ' \n[{}]', '"{}"', '\ufeff{}', Buffer.from('{"event":{}}')])
    it(`is asked for as an object when it is JSON text: ${JSON.stringify(text)}`, () => {
      const says = /^is JSON text, not an object: parse it first/;
      assert.match(issuesOf(() => parseEnvelope(text))[''] ?? '', says);
      if (typeof text === 'string')
        assert.match(issuesOf(() => parseEnvelope({ ...sample, event: text }))['event'] ?? '', says);
      assert.match(issuesOf(() => parseEnvelope(withData(text)))['data'] ?? '', says);
    });

  it('names every field that is wrong, and what to do', () => {
    assert.deepEqual(
      issuesOf(() => parseEnvelope({ event: {} })),
      {
        'event.dt': 'must be an ISO 8601 date and time with offset, such as "2026-01-31T12:00:00+00:00"',
        'event.events_id': 'must be a string such as "clients.create"',
        'event.object_id': 'is missing: a number or a string is needed',
        data: 'is missing: an object is needed ({} when there is nothing to say)',
      },
    );
  });

  it('has no property that a copy of it would lose', () => {
    const withProto = (text: string) => JSON.parse(text.replace('{', '{"__proto__":{"polluted":1},'));
    const [event, data] = [sample.event, sample.data].map((part) => withProto(JSON.stringify(part)));
    for (const [field, value] of [
      ['__proto__', withProto(JSON.stringify(sample))],
      ['event.__proto__', { ...sample, event }],
      ['data.__proto__', withData(data)],
      ['data.rows[0].__proto__', withData({ rows: [data] })],
    ])
      assert.match(issuesOf(() => parseEnvelope(value))[field] ?? '', /^is a name that JavaScript reserves/);
  });

  it('is no other in JSON than it was found to be', () => {
    const toJSON = () => ({ something: 'else' });
    for (const [field, value] of [
      ['', { ...sample, toJSON }],
      ['event', withEvent({ toJSON })],
      ['data', withData({ id: 1, toJSON })],
    ] as const)
      assert.match(issuesOf(() => parseEnvelope(value))[field] ?? '', /^has a function toJSON: send plain/);
  });

  it('begins its error with what it is', () => {
    assert.throws(() => parseEnvelope({ ...sample, data: 5 }), { message: /^envelope: data: must be/ });
  });

  describe('dt', () => {
    for (const dt of [
      '2026-01-31T12:00:00Z',
      '2026-01-31T12:00:00.123+05:30',
      '2024-02-29T00:00:00-11:00',
      '2026-01-31T12:00+00:00',
      '2026-01-31T12:00Z',
      '2026-01-31T12:00:00+0000',
      '2026-01-31T12:00:00-0330',
      '2026-01-31T12:00:00+00',
      '2026-01-31T12:00:00.5-11',
      '2026-01-31T12:00+0000',
      '2026-01-31t12:00:00z',
      '2026-01-31t12:00:00.1+05:30',
      '2026-01-31T12:00:00-00:00',
      '2026-01-31 12:00:00+00:00',
      '2026-01-31 12:00:00.123456+00',
      '2026-01-31T12:00:00,25Z',
      '2026-01-31T12:00:00.1Z',
      '2026-01-31T12:00:00.123456789012345678901234567890Z',
      '2016-12-31T23:59:60Z',
      '1990-12-31T15:59:60.25-08:00',
      '0001-01-01T00:00:00Z',
    ])
      it(`may be ${dt}`, () => assert.equal(parseEnvelope(withEvent({ dt })).event.dt, dt));

    for (const dt of [
      '2026-01-31T12:00:00',
      '2026-01-31T12:00',
      '2026-01-31',
      '2026-02-30T12:00Z',
      '31.01.2026',
      '2026-04-31T12:00:00Z',
      '2025-02-29T12:00:00Z',
      '2026-01-31T24:00:00Z',
      '2026-01-31T12:60:00Z',
      '2026-01-31T12:00:61Z',
      '2026-01-31T12:00:60Z',
      '2026-01-15T23:59:60Z',
      '2016-12-31T23:59:60-01:00',
      '2026-01-31T12:00:00.Z',
      '2026-01-31T12:00.5Z',
      '2026-01-31T12:00:00+24:00',
      '2026-01-31T12:00:00+00:60',
      '2026-01-31T12:00:00+0',
      '2026-01-31T12:00:00+000',
      '2026-01-31T12:00:00 +00:00',
      '2026-01-31  12:00:00Z',
      '2026-01-31_12:00:00Z',
      '2026-01-31T12:00:00Z ',
      '2026-01-31T12:00:00Z\n',
      '2026-1-31T12:00:00Z',
      '26-01-31T12:00:00Z',
      '',
      1769860800,
      null,
    ])
      it(`is refused when it is ${dt}`, () => {
        assert.match(issuesOf(() => parseEnvelope(withEvent({ dt })))['event.dt'] ?? '', /with offset/);
      });
  });

  describe('events_id', () => {
    for (const type of ['clients.create', 'a', 'A_1.b_2.c', 'x'.repeat(256)])
      it(`may be ${type.slice(0, 20)} (${type.length} characters)`, () => {
        assert.equal(parseEnvelope(withEvent({ events_id: type })).event.events_id, type);
      });

    for (const type of ['', '.', 'clients.', '.create', 'a..b', 'a-b', 'a b', 'ä', 'clients.*', 'a\n'])
      it(`is refused when it is ${JSON.stringify(type)}`, () => {
        const issues = issuesOf(() => parseEnvelope(withEvent({ events_id: type })));
        assert.match(issues['event.events_id'] ?? '', /segments of A-Z a-z 0-9 _ joined by dots/);
      });

    it('has 256 characters at most', () => {
      const issues = issuesOf(() => parseEnvelope(withEvent({ events_id: 'x'.repeat(257) })));
      assert.deepEqual(issues, { 'event.events_id': 'must have 256 characters at most' });
    });
  });

  describe('object_id', () => {
    for (const id of [12, 0, -1, 1.5, 2 ** 53 - 1, '12', 'a b', '9007199254740993'])
      it(`may be ${JSON.stringify(id)}`, () => {
        assert.equal(parseEnvelope(withEvent({ object_id: id })).event.object_id, id);
      });

    for (const id of [2 ** 53, -(2 ** 53), 1e300])
      it(`is refused as the number ${id}, and wanted as a string`, () => {
        const issues = issuesOf(() => parseEnvelope(withEvent({ object_id: id })));
        assert.match(issues['event.object_id'] ?? '', /beyond 2\^53.*send it as a string$/);
      });

    for (const id of [null, true, {}, [], Number.NaN, Number.POSITIVE_INFINITY, 12n])
      it(`is refused when it is ${id} (${typeof id})`, () => {
        const issues = issuesOf(() => parseEnvelope(withEvent({ object_id: id })));
        assert.deepEqual(issues, { 'event.object_id': 'must be a number or a string' });
      });

    for (const id of ['\ud800', '\udc00', 'a\ud83d', '\ude00\ud83d'])
      it(`is refused when it is ${JSON.stringify(id)}, of which the journal would make another one`, () => {
        const issues = issuesOf(() => parseEnvelope(withEvent({ object_id: id })));
        assert.match(issues['event.object_id'] ?? '', /half of a surrogate pair/);
      });

    it('is neither empty nor longer than 256 characters', () => {
      assert.deepEqual(
        issuesOf(() => parseEnvelope(withEvent({ object_id: '' }))),
        {
          'event.object_id': 'must not be empty',
        },
      );
      assert.deepEqual(
        issuesOf(() => parseEnvelope(withEvent({ object_id: 'x'.repeat(257) }))),
        {
          'event.object_id': 'must have 256 characters at most',
        },
      );
    });
  });

  describe('data', () => {
    it('is taken as {} when PHP wrote an empty list for it', () => {
      assert.deepEqual(parseEnvelope(withData([])), withData({}));
      assert.deepEqual(parseEnvelope(withData({ rows: [] })), withData({ rows: [] }), 'an inner one stays');
    });

    for (const data of [null, [1], [[]], [null], 'text', new Map(), Buffer.from('bytes')])
      it(`is refused when it is ${data === null ? 'null' : data.constructor.name}`, () => {
        const issues = issuesOf(() => parseEnvelope(withData(data)));
        assert.deepEqual(issues, { data: 'must be an object ({} when there is nothing to say)' });
      });

    it('names the place of what JSON can not carry', () => {
      const issues = issuesOf(() => parseEnvelope(withData({ rows: [{}, { id: 1n }] })));
      assert.deepEqual(issues, {
        'data.rows[1].id': 'is a BigInt, which JSON can not carry: send it as a string',
      });
    });

    for (const [what, data, field, says] of [
      ['1e400', JSON.parse('{"balance":1e400}'), 'data.balance', /^is Infinity, which JSON would turn/],
      ['-1e400', JSON.parse('{"rows":[{"sum":-1e400}]}'), 'data.rows[0].sum', /^is -Infinity/],
      ['NaN', { sum: Number.NaN }, 'data.sum', /^is NaN, which JSON would turn into null: send/],
      ['an invalid date', { at: new Date(Number.NaN) }, 'data.at', /^becomes null in JSON/],
      ['undefined in a list', { rows: [1, undefined] }, 'data.rows[1]', /^is undefined or no data/],
      ['a function in a list', { rows: [() => 1] }, 'data.rows[0]', /^is undefined or no data/],
      ['a gap in a list', { rows: new Array(2 ** 31) }, 'data.rows[0]', /^is undefined or no data/],
      ['what a toJSON makes of it', { at: { toJSON: () => Number.NaN } }, 'data.at', /^is NaN/],
    ] as const)
      it(`is refused rather than turned into null: ${what}`, () => {
        const issues = issuesOf(() => parseEnvelope(withData(data)));
        assert.deepEqual(Object.keys(issues), [field]);
        assert.match(issues[field] ?? '', says);
      });

    it('keeps the largest number there is, null, and what JSON leaves out', () => {
      const data = { most: Number.MAX_VALUE, none: null, rows: [null], left: undefined };
      assert.deepEqual(parseEnvelope(withData(data)).data, data);
    });

    it('is refused when it contains itself', () => {
      const data: Record<string, unknown> = { id: 1 };
      data['self'] = data;
      const [[field, message] = []] = Object.entries(issuesOf(() => parseEnvelope(withData(data))));
      assert.match(field ?? '', /^data\.self/);
      assert.match(message ?? '', /contains itself: send plain data/);
    });

    it('is refused when it is nested so deep that reading it would overflow the stack', () => {
      const data = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
      const issues = issuesOf(() => parseEnvelope(withData(data)));
      assert.match(Object.values(issues)[0] ?? '', /nested deeper than 100 levels/);
    });

    it('may hold what knows how to become JSON', () => {
      const itself = {
        toJSON() {
          return this;
        },
      };
      const data = { at: new Date(0), bytes: Buffer.from('b'), itself };
      assert.deepEqual(parseEnvelope(withData(data)).data, data);
    });

    it('names the place of what fails to become JSON, or becomes what JSON can not carry', () => {
      const fails = () => {
        throw new Error('no more');
      };
      assert.deepEqual(
        issuesOf(() => parseEnvelope(withData({ rows: [{ toJSON: fails }] }))),
        { 'data.rows[0]': 'can not become JSON, as its function toJSON fails: no more' },
      );
      assert.deepEqual(
        issuesOf(() => parseEnvelope(withData({ sum: { toJSON: () => 1n } }))),
        { 'data.sum': 'is a BigInt, which JSON can not carry: send it as a string' },
      );
    });
  });
});

describe('a number that JSON would turn into null', () => {
  for (const [field, value] of [
    ['version', { ...sample, version: Number.POSITIVE_INFINITY }],
    ['event.tenant', withEvent({ tenant: Number.NaN })],
    ['event.object_id', withEvent({ object_id: JSON.parse('1e400') })],
  ] as const)
    it(`is refused at ${field}`, () => {
      assert.deepEqual(Object.keys(issuesOf(() => parseEnvelope(value))), [field]);
    });
});

describe('the instant of a date and time', () => {
  for (const [text, instant] of [
    ['2026-01-31T12:00:00+00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+0000', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00-0330', '2026-01-31T15:30:00.000Z'],
    ['2026-01-31T12:00:00+02', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31t12:00:00.9z', '2026-01-31T12:00:00.900Z'],
    ['2026-01-31 12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00,1239999Z', '2026-01-31T12:00:00.123Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T15:59:60.5-08:00', '2017-01-01T00:00:00.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ] as const)
    it(`of ${text} is ${instant}`, () => {
      assert.equal(new Date(instantOf(text)).toISOString(), instant);
    });

  it('is none of any other text', () => {
    assert.ok(Number.isNaN(instantOf('2026-02-30T12:00:00Z')));
    assert.ok(Number.isNaN(instantOf('tomorrow')));
  });
});

describe('whatever is parsed as an envelope', () => {
  const refusedOr = (value: unknown, check: (envelope: Envelope) => void) => {
    let envelope: Envelope;
    try {
      envelope = parseEnvelope(value);
    } catch (error) {
      assert.ok(error instanceof InvalidInput);
      assert.ok(error.issues.length > 0);
      return;
    }
    check(envelope);
  };
  /** What a receiver gets is an envelope again, and the same text. */
  const survivesJson = (envelope: Envelope) => {
    const text = JSON.stringify(envelope);
    assert.equal(JSON.stringify(parseEnvelope(JSON.parse(text))), text);
  };
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  });
  const segments = fc.array(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/), { minLength: 1, maxLength: 4 });

  it('is refused as invalid input, or survives JSON', () => {
    fc.assert(fc.property(anything, (value) => refusedOr(value, survivesJson)));
  });

  it('is refused as invalid input, or survives JSON, with any one part that is wrong', () => {
    const mostly = <A, B>(right: fc.Arbitrary<A>, wrong: fc.Arbitrary<B>) =>
      fc.oneof<fc.MaybeWeightedArbitrary<A | B>[]>(
        { arbitrary: right, weight: 9 },
        { arbitrary: wrong, weight: 1 },
      );
    const parts = fc.record({
      event: fc.record({
        dt: mostly(fc.constant(sample.event.dt), fc.string()),
        events_id: mostly(
          segments.map((all) => all.join('.')),
          fc.string(),
        ),
        object_id: mostly(fc.oneof(fc.integer(), fc.double(), fc.string()), anything),
      }),
      data: mostly(fc.dictionary(fc.string(), anything), anything),
    });
    fc.assert(fc.property(parts, (value) => refusedOr(value, survivesJson)));
  });

  it('is taken over unchanged when it came as JSON and is right', () => {
    const right = fc.record({
      event: fc.record({
        dt: fc
          .date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString()),
        events_id: segments.map((all) => all.join('.')),
        object_id: fc.oneof(fc.maxSafeInteger(), fc.string({ minLength: 1, maxLength: 256 })),
      }),
      data: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('"__proto__":')),
      ),
    });
    fc.assert(
      fc.property(right, (envelope) => {
        const json = JSON.parse(JSON.stringify(envelope));
        assert.deepEqual(parseEnvelope(json), json);
      }),
    );
  });
});

describe('what resembles an envelope', () => {
  it('has an event with one of its fields, right or wrong, and data or none', () => {
    for (const event of [{ dt: 5 }, { events_id: null }, { object_id: 12 }])
      for (const value of [{ event }, { event, data: 5 }]) assert.equal(resemblesEnvelope(value), true);
  });

  for (const value of [
    null,
    undefined,
    'event data',
    { event: {} },
    { event: 5, data: null },
    { event: 'user.created', data: {} },
    { data: {} },
    [],
  ])
    it(`is not ${JSON.stringify(value) ?? 'nothing'}`, () => assert.equal(resemblesEnvelope(value), false));
});

describe('an envelope that is good beyond doubt', () => {
  const inJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const schema = (value: unknown) => {
    const { success, data } = envelopeSchema.safeParse(value);
    return success ? inJson(data) : undefined;
  };
  const parsed = (value: unknown) => {
    try {
      return inJson(parseEnvelope(value));
    } catch (error) {
      assert.ok(error instanceof InvalidInput);
      return undefined;
    }
  };
  const odd = fc.constantFrom<unknown>(
    ...[
      undefined,
      Number.NaN,
      Infinity,
      -0,
      2 ** 60,
      5n,
      new Date(0),
      new Date(Number.NaN),
      [],
      Array(2),
      () => 1,
    ],
    ...[
      Buffer.from('{}'),
      new Map([[1, 2]]),
      Object('text'),
      Symbol('s'),
      Object.create({ id: 1 }),
      /re/,
      '{}',
    ],
    ...misleading,
  );
  const key = fc.oneof(
    fc.constantFrom(
      'dt',
      'events_id',
      'object_id',
      'toJSON',
      'constructor',
      '__proto__',
      'length',
      'event',
      '1',
    ),
    fc.string(),
  );
  const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      odd,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('any')), { maxLength: 4 }).map(withKeys),
    ),
  })).any;
  const mostly = (good: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 30, arbitrary: good }, { weight: 1, arbitrary: anything });
  const members = fc.array(fc.tuple(key, mostly(fc.jsonValue())), { maxLength: 3 });
  const anyEnvelope = fc
    .record({
      dt: mostly(fc.constantFrom(sample.event.dt, '2026-02-30T00:00:00Z', '2016-12-31 23:59:60Z')),
      events_id: mostly(fc.constantFrom('clients.create', 'a', 'clients.*', '')),
      object_id: mostly(fc.oneof(fc.integer(), fc.string(), fc.double())),
      data: mostly(members.map(withKeys)),
      inEvent: members,
      beside: members,
      inOrder: fc.boolean(),
    })
    .map(({ data, inEvent, beside, inOrder, ...fields }) => {
      const event = withKeys([...inEvent, ...Object.entries(fields)]);
      const parts: [string, unknown][] = [
        ['data', data],
        ['event', event],
      ];
      return withKeys([...beside, ...(inOrder ? parts.reverse() : parts)]);
    });

  it('is what the schema makes of it, whatever else may come', () => {
    let good = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: anyEnvelope }, { weight: 1, arbitrary: anything }),
        (value) => {
          const expected = schema(value);
          if (expected !== undefined) good += 1;
          assert.deepEqual(parsed(value), expected);
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(good > 300, `${good} of them are good`);
  });

  it('is so from another realm, too, as function nodes make it', () => {
    const made: unknown = runInNewContext(`(${JSON.stringify({ ...sample, list: [1, { a: null }] })})`);
    assert.deepEqual(parsed(made), schema(made));
    assert.equal(parsed(runInNewContext('({ a: new Date(0) })')), undefined);
  });

  it('is as deep as the schema takes it', () => {
    for (const depth of [97, 98, 99, 100, 101, 102]) {
      const value = withData({ nested: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) });
      assert.deepEqual(parsed(value), schema(value), `${depth}`);
    }
  });

  it('is found among many, and one in doubt is named by its number', () => {
    assert.deepEqual(parseEnvelopes('events', [sample, { ...sample, data: [] }]), [
      sample,
      { ...sample, data: {} },
    ]);
    assert.deepEqual(
      issuesOf(() => parseEnvelopes('events', [sample, withEvent({ dt: 'today' })])),
      {
        '[1].event.dt': 'must be an ISO 8601 date and time with offset, such as "2026-01-31T12:00:00+00:00"',
      },
    );
  });
});

/** An object of these, whatever their names mean. */
function withKeys(members: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, value] of members)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}
