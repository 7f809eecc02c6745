import assert from 'node:assert/strict';
import fc from 'fast-check';
import { literalSecrets } from '../../src/dialogs/handler/literal-secrets.ts';
import { previewOf } from '../../src/dialogs/handler/preview.ts';
import { InvalidInput } from '../../src/engine/words/errors.ts';
import { handlerSchema } from '../../src/engine/words/handler.ts';
import { handlerBounds } from '../../src/engine/words/handler-settings.ts';
import { reservedHeaders } from '../../src/engine/words/headers.ts';
import { parse } from '../../src/engine/words/parse.ts';
import { EditorGlobals } from '../support/editor-globals.ts';
import { expressions } from '../support/jsonata.ts';

const type = 'provisioning-handler';
const http = { handlerType: 'http', url: 'https://crm.example/hooks', events: ['*'] };
const local = { handlerType: 'local', command: 'block.sh', events: ['*'] };

describe('the dialog of a handler', () => {
  let editor: EditorGlobals;
  before(async () => {
    editor = new EditorGlobals();
    await editor.load('provisioning-dialog', type);
  });

  const isFound = (saved: Readonly<Record<string, unknown>>, property: string) =>
    editor.problemOf(type, property, saved) !== '';
  /** What the engine would say to the same, once it is deployed. */
  const isRefused = (saved: object, property: string) => {
    try {
      parse('handler', handlerSchema, { id: 'h1', ...saved });
      return false;
    } catch (error) {
      assert.ok(error instanceof InvalidInput);
      return error.issues.some(({ field }) => field.startsWith(property));
    }
  };
  /** That dialog and engine agree on a property, whatever its value. */
  function agree(property: string, base: object, values: fc.Arbitrary<unknown>): void {
    fc.assert(
      fc.property(values, (value) => {
        const saved = { ...base, [property]: value };
        assert.equal(isFound(saved, property), isRefused(saved, property), JSON.stringify(value));
      }),
    );
  }

  for (const [property, bounds] of Object.entries(handlerBounds).filter(([name]) => name !== 'retryDelay')) {
    it(`finds the same numbers wrong as the engine: ${property}`, () => {
      const { min, max } = bounds;
      const near = [min, max].flatMap((edge) => [edge - 1, edge - 0.1, edge, edge + 0.1, edge + 1]);
      const numbers = fc.oneof(fc.constantFrom(...near), fc.double(), fc.integer());
      const texts = fc.constantFrom('', ' ', 'ten', '1e3', '0x10', '5,5', '${', '12 ');
      agree(property, http, fc.oneof(numbers, numbers.map(String), texts));
      assert.ok(
        !isFound({ ...http, [property]: `\${${'NAME'}}` }, property),
        'a reference is filled in later',
      );
    });
  }

  it('finds the same event patterns wrong as the engine', () => {
    const patterns = fc.oneof(
      fc.constantFrom(
        '*',
        'clients.*',
        'clients.create',
        '.*',
        'a..b',
        'a.',
        '**',
        '*.a',
        'a*',
        'ä',
        'x'.repeat(257),
      ),
      fc.stringMatching(/^[a-c.*_]{0,8}$/),
    );
    agree('events', http, fc.array(patterns, { minLength: 1, maxLength: 3 }));
  });

  it('finds the same placeholders wrong as the engine', () => {
    const name = fc.constantFrom('{objectId}', '{data.a.b}', '{{dt}}', '{id}', '{', '}}', 'x', '');
    const url = fc
      .tuple(name, name, name, name, name, name, name)
      .map(([user, host, port, path, query, value, hash]) => {
        return `https://${user && `${user}@`}${host}crm.example${port && `:${port}`}/a/${path}?${query}=${value}#${hash}`;
      });
    agree('url', http, url);
    const values = fc
      .tuple(fc.constantFrom('Host', 'X-A'), name)
      .map(([name, value]) => [{ name, value: `${value}h` }]);
    agree('headers', http, values);
  });

  it('shows of a sample what the engine sends of it', async () => {
    const settings = {
      url: 'https://crm.example/a/{objectId}?t={eventType}',
      method: 'PUT',
      body: 'form',
      bodyExpression: '',
      headers: [
        { name: 'x-name', value: '<{data.name}>' },
        { name: 'x-key', value: `\${${'KEY'}}` },
      ],
    } as const;
    const sample = {
      event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.create', object_id: 12 },
      data: { name: 'Zoë' },
    };
    const preview = await previewOf({ ...settings, id: 'h1', signsIn: true }, sample, expressions);
    assert.deepEqual(preview, {
      target: 'PUT https://crm.example/a/12?t=clients.create',
      headers: {
        'webhook-id': 'ev-sample-1_h1',
        'content-type': 'application/x-www-form-urlencoded',
        'x-name': '<Zoë>',
        'x-key': `\${${'KEY'}}`,
        authorization: '***',
      },
      body: 'name=Zo%C3%AB',
    });
  });

  it('finds the same retry delays wrong as the engine', () => {
    const delay = fc.oneof(
      fc.constantFrom(0, -1, 2_592_000, 2_592_001, '5'),
      fc.integer({ min: -5, max: 100 }),
    );
    agree('retryDelays', http, fc.oneof(fc.array(delay, { maxLength: 102 }), fc.constantFrom('soon', [])));
  });

  it('finds the same URLs wrong as the engine', () => {
    const urls = ['', 'crm', '//crm', 'ftp://crm', 'http://', 'http://crm', 'HTTPS://crm/a?b', 'http://a b'];
    urls.push('http://user:100%25@crm', 'http://user:100%@crm', 'http://us%er@crm');
    agree('url', http, fc.constantFrom(...urls));
  });

  it('leaves a URL that is a reference as a whole to what Node-RED fills in', () => {
    const reference = `\${${'CRM_URL'}}`;
    assert.ok(!isFound({ ...http, url: reference }, 'url'));
    for (const url of [`${reference}/hooks`, `x${reference}`])
      assert.ok(isFound({ ...http, url }, 'url'), url);
  });

  it('finds the same headers wrong as the engine, however the handler signs in', () => {
    const names = fc.constantFrom(
      ...reservedHeaders,
      'Authorization',
      'AUTHORIZATION',
      'X-Account',
      'Cookie',
      'a b',
      'é',
    );
    for (const url of [http.url, 'https://u:p@crm.example/'])
      for (const auth of ['none', 'bearer'])
        fc.assert(
          fc.property(names, (name) => {
            const headers = [{ name, value: 'x' }];
            const found = isFound({ ...http, url, auth, headers }, 'headers');
            const engine = { type: auth, token: 't' };
            assert.equal(
              found,
              isRefused({ ...http, url, auth: engine, headers }, 'headers'),
              `${name} ${auth}`,
            );
          }),
        );
  });

  it('finds the same values of headers wrong as the engine, and a second host', () => {
    const values = fc.constantFrom('', 'a b', 'Zoë', '€', 'a\nb', 'a\u0000', 'sip.example:8080', '[::1]');
    const header = fc.record({ name: fc.constantFrom('X-Account', 'Host', 'host'), value: values });
    agree('headers', http, fc.array(header, { maxLength: 3 }));
    const headers = [{ name: 'X-Account', value: `€\${${'NAME'}}` }];
    assert.ok(!isFound({ ...http, headers }, 'headers'), 'a reference is filled in later');
  });

  it('finds the same signing secrets wrong as the engine', () => {
    const secrets = fc.constantFrom('a text', ' ', 'whsec_', 'whsec_dGhl', 'whsec_dGhlbQ=', 'whsec_a text');
    for (const property of ['signingSecret', 'previousSigningSecret']) agree(property, http, secrets);
    assert.ok(
      !isFound({ ...http, signingSecret: '__PWRD__' }, 'signingSecret'),
      'the editor does not get it',
    );
  });

  it('finds the same variables wrong as the engine', () => {
    const names = fc.constantFrom('HOST', '_a1', '1A', 'A-B', 'A B', 'Ä');
    agree(
      'environment',
      local,
      fc.array(
        names.map((name) => ({ name, value: 'x' })),
        { maxLength: 2 },
      ),
    );
  });

  it('asks only for what its type needs', () => {
    assert.ok(isFound({ handlerType: 'http' }, 'url'));
    assert.ok(isFound({ handlerType: 'local', command: ' ' }, 'command'));
    for (const property of ['url', 'command']) assert.ok(!isFound({ handlerType: 'flow' }, property));
    assert.ok(isFound({ handlerType: 'http', auth: 'basic', credentials: {} }, 'user'));
    assert.ok(!isFound({ handlerType: 'http', auth: 'basic', credentials: { has_user: true } }, 'user'));
    assert.ok(!isFound({ handlerType: 'http', auth: 'basic', credentials: {} }, 'token'));
    assert.ok(!isFound({ handlerType: 'local', auth: 'basic', credentials: {} }, 'auth'));
    assert.ok(!isFound({ handlerType: 'http', auth: 'basic' }, 'user'), 'the editor does not know them yet');
  });

  it('has a handler listen to something', () => {
    assert.match(editor.problemOf(type, 'events', { events: [] }), /noEvents/);
  });

  it('does not have it in a subflow', () => {
    editor.nodes = [{ id: 's1', type: 'subflow' }];
    assert.match(editor.problemOf(type, 'name', { z: 's1' }), /error\.subflow/);
    assert.equal(editor.problemOf(type, 'name', { z: 'tab1' }), '');
  });

  it('warns of values that look like secrets, unless they refer to one', () => {
    const reference = `\${${'TOKEN'}}`;
    const values = ['X-Api-Key', 'Authorization', 'X-Account'].map((name) => ({ name, value: 'abc' }));
    assert.deepEqual(literalSecrets(values), ['X-Api-Key', 'Authorization']);
    assert.deepEqual(literalSecrets(values.map(({ name }) => ({ name, value: `Bearer ${reference}` }))), []);
    assert.deepEqual(literalSecrets([{ name: 'Cookie', value: '' }]), []);
  });
});
