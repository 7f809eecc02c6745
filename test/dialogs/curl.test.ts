import assert from 'node:assert/strict';
import { curlOf } from '../../src/dialogs/event/curl.ts';

const intake = { origin: 'http://host:1880', httpNodeRoot: '/', path: '/in', auth: 'none' };

describe('the line that tries an intake', () => {
  it('posts the envelope to where Node-RED serves the path', () => {
    assert.equal(
      curlOf(intake, { data: {} }),
      [
        "curl -X POST 'http://host:1880/in' \\",
        "  -H 'content-type: application/json' \\",
        `  -d '{"data":{}}'`,
      ].join('\n'),
    );
    assert.match(curlOf({ ...intake, httpNodeRoot: '/red/' }, {}), /'http:\/\/host:1880\/red\/in'/);
  });

  it('signs in as the intake asks', () => {
    assert.match(curlOf({ ...intake, auth: 'basic' }, {}), /-u 'user:password'/);
    assert.match(curlOf({ ...intake, auth: 'bearer' }, {}), /-H 'authorization: Bearer …'/);
    assert.match(curlOf({ ...intake, auth: 'signature' }, {}), /-H 'webhook-signature: v1,…'/);
  });

  it('leaves nothing to the shell', () => {
    const line = curlOf({ ...intake, path: "/it's" }, { name: "O'Neill $(rm)" });
    assert.match(line, /'http:\/\/host:1880\/it'\\''s'/);
    assert.match(line, /'\{"name":"O'\\''Neill \$\(rm\)"\}'/);
  });
});
