import assert from 'node:assert/strict';
import { parse as parsedByNode } from 'node:url';
import fc from 'fast-check';
import { type EventFacts, Unfilled } from '../../../src/engine/words/placeholders.ts';
import { misplacedIn, urlTemplateOf } from '../../../src/engine/words/url-template.ts';
import { anyValue, hostileValues } from '../../support/hostile-values.ts';

const facts = (data: object = {}, changes: Partial<EventFacts> = {}): EventFacts => ({
  objectId: '42',
  eventType: 'clients.create',
  eventId: 'ev-1-1',
  dt: '2026-01-31T12:00:00+00:00',
  data,
  ...changes,
});
const filled = (url: string, data: object = {}, changes: Partial<EventFacts> = {}) =>
  urlTemplateOf(url).fill(facts(data, changes));
const reasonOf = (url: string, data: object): string => {
  try {
    return filled(url, data);
  } catch (error) {
    assert.ok(error instanceof Unfilled, String(error));
    return error.reason;
  }
};

describe('a URL with placeholders', () => {
  it('is filled by the event, in segments and in values of the query', () => {
    assert.equal(
      filled(
        'https://crm.example/v1/{eventType}/{objectId}/x-{data.a.b}?at={dt}&id={eventId}&n={data.list.1}',
        {
          a: { b: true },
          list: [1, 2.5],
        },
      ),
      '/v1/clients.create/42/x-true?at=2026-01-31T12%3A00%3A00%2B00%3A00&id=ev-1-1&n=2.5',
    );
  });

  it('is as it was wherever braces are no placeholders', () => {
    for (const url of [
      'https://crm.example/a/{b}/{id}?filter={"a":{"b":1}}&guid={3F25-04E0}',
      'https://crm.example/{}/{{}}/{data}/{data.}/{objectid}',
      'https://{crm}.example/',
    ]) {
      const { pathname, search } = new URL(url);
      assert.equal(filled(url), pathname + search);
      assert.equal(urlTemplateOf(url).isFixed, true);
      assert.deepEqual(misplacedIn(url), []);
    }
  });

  it('has a placeholder as it is written in doubled braces', () => {
    assert.equal(filled('https://crm.example/{{objectId}}/{objectId}'), '/%7BobjectId%7D/42');
    assert.equal(filled('https://crm.example/?a={{data.x}}'), '/?a={data.x}');
  });

  it('may hold them nowhere else', () => {
    for (const url of [
      '{objectId}://crm.example/',
      'http{objectId}://crm.example/',
      'https://{objectId}/',
      'https://crm.{objectId}.example/',
      'https://{objectId}@crm.example/',
      'https://user:{objectId}@crm.example/',
      'https://crm.example:{objectId}/',
      'https://crm.example{objectId}/',
      'https://crm.example{objectId}',
      'https://crm.example/?{objectId}',
      'https://crm.example/?{objectId}=1',
      'https://crm.example/?a=1&x{objectId}=1',
      'https://crm.example/#{objectId}',
      'https://crm.example/?a=1#{objectId}',
      'https://crm.example/{objectId}/../b',
      'https://crm.example/{objectId}/%2e%2E/b',
      'https:\\\\{objectId}\\b',
    ])
      assert.deepEqual(misplacedIn(url), ['objectId'], url);
    assert.deepEqual(misplacedIn('https://crm.example/{dt}?a={dt}&b=c={eventId}&{objectId}=1'), ['objectId']);
    assert.throws(() => urlTemplateOf('https://{objectId}/'), TypeError);
  });

  it('is not filled with what is no single value, or leads elsewhere', () => {
    const path = 'https://crm.example/a/{data.x}/b';
    const query = 'https://crm.example/?x={data.x}';
    for (const url of [path, query]) {
      assert.equal(reasonOf(url, {}), 'missing');
      assert.equal(reasonOf(url, { x: null }), 'null');
      assert.equal(reasonOf(url, { x: {} }), 'object');
      assert.equal(reasonOf(url, { x: ['a'] }), 'object');
      assert.equal(reasonOf(url, { x: 'a\ud800' }), 'surrogate');
      assert.equal(reasonOf(url, { x: 'x'.repeat(9000) }), 'long');
    }
    assert.equal(reasonOf(path, { x: '' }), 'empty');
    assert.equal(reasonOf(query, { x: '' }), '/?x=');
    for (const x of ['.', '..']) assert.equal(reasonOf(path, { x }), 'dots');
    for (const segment of ['.{data.x}', '{data.x}.', '%2e{data.x}', '{data.x}%2E', '{data.x}{data.y}'])
      assert.equal(reasonOf(`https://crm.example/a/${segment}`, { x: '.', y: '.' }), 'dots', segment);
    assert.equal(filled(path, { x: '...' }), '/a/.../b');
    assert.equal(filled(path, { x: '%2e' }), '/a/%252e/b');
  });

  it('knows what stands in the event, not what every object has', () => {
    for (const name of ['__proto__', 'constructor.name', 'toString', 'list.length', 'text.length', 'text.0'])
      assert.equal(
        reasonOf(`https://crm.example/{data.${name}}`, { list: [], text: 'abc' }),
        'missing',
        name,
      );
  });

  it('names the placeholder, and what is wrong', () => {
    assert.throws(() => filled('https://crm.example/{data.a.b}', { a: {} }), {
      message: '{data.a.b} in the URL is missing in the event',
    });
  });

  // What is sent is read as whoever receives it may read it.
  const holds = (value: string, others: string): void => {
    const template = `https://user:word@crm.example:8443/a/b-{data.v}.c/{data.o}/d?x={data.v}&y=z{data.o}#f`;
    let target: string;
    try {
      target = filled(template, { v: value, o: others });
    } catch (error) {
      assert.ok(error instanceof Unfilled);
      return;
    }
    assert.match(target, /^[\x21-\x7e]+$/);
    const url = new URL(target, 'https://crm.example:8443');
    // A URL parser has nothing left to do to it.
    assert.equal(url.pathname + url.search, target);
    assert.equal(url.host, 'crm.example:8443');
    assert.equal(new URL(`https://crm.example:8443${target}`).href, `https://crm.example:8443${target}`);
    const segments = url.pathname.split('/');
    assert.equal(segments.length, 5);
    assert.deepEqual([segments[1], segments[4]], ['a', 'd']);
    assert.equal(decodeURIComponent(segments[2] ?? ''), `b-${value}.c`);
    assert.equal(decodeURIComponent(segments[3] ?? ''), others);
    assert.deepEqual(
      [...url.searchParams],
      [
        ['x', value],
        ['y', `z${others}`],
      ],
    );
    // Old receivers read so.
    const legacy = parsedByNode(target, true);
    assert.deepEqual([legacy.host, legacy.hash, legacy.pathname], [null, null, url.pathname]);
    assert.deepEqual({ ...legacy.query }, { x: value, y: `z${others}` });
  };

  it('holds hostile values in their places', () => {
    for (const value of hostileValues) for (const other of ['o', value]) holds(value, other);
  });

  it('holds any value in its place', () => {
    fc.assert(fc.property(anyValue, anyValue, holds), { numRuns: 2000 });
  });
});
