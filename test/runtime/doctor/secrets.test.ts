import assert from 'node:assert/strict';
import { findingOf } from '../../../src/runtime/doctor/findings.ts';
import { checkSecrets, type ReferenceFacts } from '../../../src/runtime/doctor/secrets.ts';
import { factsOf } from '../../support/doctor.ts';

describe('the doctor on secrets', () => {
  const set: Readonly<Record<string, string>> = { FULL: 's3cret-value', EMPTY: '', BLANK: '  ' };
  const check = (config: object, written: object, credentials: object = {}, isInUse = true) => {
    const facts: ReferenceFacts = {
      facts: factsOf(config, isInUse),
      written: written as Record<string, unknown>,
      credentials: credentials as Record<string, unknown>,
      resolve: (name) => set[name],
    };
    return checkSecrets([facts]).map(findingOf);
  };
  const http = { handlerType: 'http', url: 'http://127.0.0.1/' };

  it('finds references to what is set to nothing, and tells names only', () => {
    const headers = [
      { name: 'a', value: `\${FULL}` },
      { name: 'b', value: `Bearer \${EMPTY}` },
    ];
    const findings = check(
      http,
      { url: `\${FULL}`, headers, auth: 'bearer' },
      { token: `\${FULL}`, signingSecret: `\${BLANK}`, password: `\${EMPTY}` },
    );
    assert.deepEqual(
      findings.map(({ level, subject, values }) => [level, subject, values['field']]),
      [
        ['warning', 'EMPTY', 'headers[1]'],
        ['error', 'BLANK', 'signingSecret'],
      ],
    );
    assert.ok(!JSON.stringify(findings).includes('s3cret-value'));
  });

  it('counts those that hold something', () => {
    const written = { command: 'a.sh', args: [`\${FULL}`], environment: [{ name: 'A', value: `x\${FULL}` }] };
    const [finding] = check({ handlerType: 'local', command: 'a.sh' }, written);
    assert.equal(finding?.found, 'All 2 references of handlers hold something');
    assert.deepEqual(check(http, { url: 'http://x' }), []);
  });
});
