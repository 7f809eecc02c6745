import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { kindOf, mostOfKind } from '../../../src/engine/words/failure-kind.ts';

const kind = (error: string, code: number | null = null) => kindOf(code, error);

describe('the kind of a failure', () => {
  it('is the status of an answer that says no by it', () => {
    assert.equal(kind('HTTP 500 Internal Server Error', 500), 'HTTP 500');
    assert.equal(kind('HTTP 404', 404), 'HTTP 404');
    assert.notEqual(kind('HTTP 500', 500), kind('HTTP 503', 503));
  });

  it('is the same for failures that differ in numbers, ids, addresses and quoted values alone', () => {
    for (const [one, other] of [
      [
        'crm.example refused the connection (10.0.0.7:8080)',
        'crm.example refused the connection (127.0.0.1:80)',
      ],
      ['refused (::1:8080)', 'refused (fe80::1ff:fe23:4567:890a)'],
      ['no answer from crm within 15 s', 'no answer from crm within 0.5 s'],
      ['client 4711 is locked', 'client 12 is locked'],
      ['no client "Anna"', 'no client "Boris"'],
      ["no client 'Anna'", "no client 'O2'"],
      ['no order 7f9c24e5-2f31-4d9c-a1b2-0c3d4e5f6071', 'no order 00000000-0000-0000-0000-000000000000'],
      ['no order ord_8f3a91', 'no order ord_11bc9d'],
      ['busy until 2026-01-31T12:00:00+00:00', 'busy until 2026-11-01 08:15'],
      ['see https://crm.example/errors/17?x=a', 'see https://crm.example/errors/18'],
      ['anna@crm.example is unknown', 'boris.b@mail.example is unknown'],
    ] as const) {
      assert.equal(kind(one), kind(other));
      assert.doesNotMatch(kind(one), /\d/);
    }
  });

  it('keeps apart what fails in another way', () => {
    const kinds = [
      'crm.example refused the connection (10.0.0.7:8080)',
      'crm.example closed the connection before it had answered',
      'exit code 3',
      'exit code 4: nothing was said',
      "it can't be done",
      "it can't be undone, don't try",
      'HTTP 302 Found: redirects are not followed',
      'HTTP 301 Moved Permanently: redirects are not followed',
    ].map((error) => kind(error));
    assert.equal(new Set(kinds).size, kinds.length, kinds.join('\n'));
  });

  it('is told by the line of a stack or a script that says what went wrong', () => {
    const node = `/opt/x.js:12\n  throw new Error('no')\n  ^\n\nTypeError: client 12 has no name\n    at main (/opt/x.js:12:9)`;
    assert.equal(kind(node), 'TypeError: client # has no name');
    const python = `Traceback (most recent call last):\n  File "/opt/x.py", line 3, in <module>\nKeyError: 'name'`;
    assert.equal(kind(python), 'KeyError: …');
    assert.equal(kind('first\nsecond'), 'first');
  });

  it('is of any text short, not empty, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.option(fc.nat(600)), (error, code) => {
        const of = kindOf(code, error);
        assert.ok(of.length > 0 && of.length <= mostOfKind);
        assert.ok(of.isWellFormed() || !error.isWellFormed());
        assert.equal(kindOf(code, error), of);
      }),
    );
  });

  it('takes no longer for a text that is made to', () => {
    const bad = ['a:', '"', "'", '1.', 'a@', 'a1_', '::', '-1', 'http://'].map((part) => part.repeat(40_000));
    const began = performance.now();
    for (const error of bad) kind(error);
    assert.ok(performance.now() - began < 1000);
  });
});
