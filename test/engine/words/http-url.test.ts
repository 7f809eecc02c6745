import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasUser, passwordsIn, withoutPasswords, withoutUser } from '../../../src/engine/words/http-url.ts';

const word = fc.stringMatching(/^[a-z0-9%40!]{1,12}$/);

describe('a URL', () => {
  for (const [url, bare] of Object.entries({
    'https://me:pass@crm.example/a?b=c@d': 'https://crm.example/a?b=c@d',
    'http://key@crm.example': 'http://crm.example',
    'http://me:p@ss@crm.example/{objectId}': 'http://crm.example/{objectId}',
    'http:me:pass@crm.example/': 'http:crm.example/',
    'http:\\\\me:pass@crm.example/': 'http:\\\\crm.example/',
    ['http://me:pass@$' + '{HOST}/hook']: 'http://$' + '{HOST}/hook',
    'http://me:pass@crm.example:99999/': 'http://crm.example:99999/',
    'ht\ttp://me:pass@crm.example/': 'http://crm.example/',
    'https://crm.example/users/me@home': 'https://crm.example/users/me@home',
    ['$' + '{CRM_URL}']: '$' + '{CRM_URL}',
    '': '',
  })) {
    it(`is shown without its user: ${JSON.stringify(url)}`, () => assert.equal(withoutUser(url), bare));
  }

  it('has no user any more, whatever it was', () => {
    const urls = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.tuple(word, word).map(([u, p]) => `http://${u}:${p}@h/`),
    );
    fc.assert(fc.property(urls, (url) => !hasUser(withoutUser(url))));
  });

  it('has its password found and hidden in any text', () => {
    fc.assert(
      fc.property(word, word, (user, password) => {
        const text = `--db=postgres://${user}:${password}@db.example/x and amqp://${user}:${password}@mq`;
        assert.ok(passwordsIn(text).includes(password));
        assert.equal(
          withoutPasswords(text),
          `--db=postgres://${user}:***@db.example/x and amqp://${user}:***@mq`,
        );
      }),
    );
    assert.deepEqual(passwordsIn('http://a.example/b:c@d ssh://git@b.example'), []);
  });
});
