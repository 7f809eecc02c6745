import { strict as assert } from 'node:assert';
import { causeOf } from '../../../src/engine/words/cause.ts';

describe('the cause of a failure', () => {
  const error = 'HTTP 500 Internal Server Error';

  it('is the status and the beginning of what the target says, on one line', () => {
    assert.equal(causeOf({ code: 500, error, response: ' the disk\n is full ' }), '500 · the disk is full');
    const long = causeOf({ code: 422, error: 'HTTP 422 Unprocessable Entity', response: 'x'.repeat(70_000) });
    assert.equal(long, `422 · ${'x'.repeat(200)}…`);
    assert.equal(
      causeOf({ code: 599, error: 'HTTP 599', response: '{"error":"no"}' }),
      '599 · {"error":"no"}',
    );
    assert.equal(causeOf({ code: 418, error: "HTTP 418 I'm a Teapot", response: 'short' }), '418 · short');
  });

  it('is the title of a page, or its words', () => {
    const page = (head: string) =>
      `<!DOCTYPE html>\n<html><head>${head}</head><body><h1>Bad</h1>gateway</body></html>`;
    const bad = { code: 502, error: 'HTTP 502 Bad Gateway' };
    assert.equal(
      causeOf({ ...bad, response: page('<title>502 from the proxy</title>') }),
      '502 · 502 from the proxy',
    );
    assert.equal(causeOf({ ...bad, response: page('<title>Error</title>') }), '502 · Bad gateway');
    assert.equal(causeOf({ ...bad, response: '<html><title>Error</title></html>' }), '502 · Error');
    assert.equal(causeOf({ ...bad, response: page('<style>h1 { top: 0 }</style>') }), '502 · Bad gateway');
  });

  it('is the error where the target says nothing, or where that says more than a status', () => {
    for (const response of [null, '', ' \n']) assert.equal(causeOf({ code: 500, error, response }), error);
    for (const said of [
      'crm closed the connection',
      'HTTP 302 Found: redirects are not followed',
      'exit code 3',
    ])
      assert.equal(causeOf({ code: 500, error: said, response: 'a body' }), said);
    assert.equal(causeOf({ code: 3, error: 'HTTP 500 Internal Server Error', response: 'a script' }), error);
    assert.equal(causeOf({ code: 200, error: null, response: 'ok' }), null);
  });

  it('is known by its status alone until the response is', () => {
    assert.equal(causeOf({ code: 500, error }), '500 · …');
  });
});
