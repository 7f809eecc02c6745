import assert from 'node:assert/strict';
import { handlersOf } from '../../src/dialogs/shared/handlers.ts';
import { watchBounds } from '../../src/engine/words/alarm.ts';
import { registryBounds } from '../../src/engine/words/registry-settings.ts';
import { EditorGlobals } from '../support/editor-globals.ts';

const reference = `\${${'NAME'}}`;
const sets = ['registry', 'event', 'log', 'watch', 'query', 'handler-in', 'executor', 'handler-reply'];

describe('the dialogs of the other nodes', () => {
  let editor: EditorGlobals;
  before(async () => {
    editor = new EditorGlobals();
    await editor.load('provisioning-dialog', ...sets.map((set) => `provisioning-${set}`));
  });
  beforeEach(() => {
    editor.nodes = [];
  });

  it('have validators that the editor takes a text from: those that declare two parameters', () => {
    for (const [type, { defaults, credentials = {} }] of editor.definitions)
      for (const [property, { validate }] of Object.entries({ ...defaults, ...credentials }))
        if (validate && !/^(?:objectId|data|key)$/.test(property))
          assert.equal(validate.length, 2, `${type}: ${property}`);
  });

  it("say a problem with the property's label before it, where the editor gives one", () => {
    const { validate } = editor.definitions.get('provisioning-registry')?.defaults['concurrency'] ?? {};
    const node = editor.node('provisioning-registry');
    assert.match(String(validate?.call(node, 0, { label: 'Parallel' })), /^Parallel: .*error\.wholeNumber/);
    assert.equal(validate?.call(node, 1, { label: 'Parallel' }), true);
  });

  it('keep a registry within its bounds', () => {
    for (const [property, { min, max }] of Object.entries(registryBounds)) {
      const problemOf = (value: unknown) =>
        editor.problemOf('provisioning-registry', property, { [property]: value });
      for (const value of [min, max, String(max), undefined])
        assert.equal(problemOf(value), '', `${property} ${value}`);
      for (const value of [min - 1, max + 1, min + 0.5, '', null])
        assert.notEqual(problemOf(value), '', `${property} ${value}`);
    }
  });

  it("find what is wrong with a registry's own event types", () => {
    const problemOf = (...eventTypes: object[]) =>
      editor.problemOf('provisioning-registry', 'eventTypes', { eventTypes });
    assert.equal(
      problemOf({ id: 'a.b', title: '', object: 'a', sample: { x: 1 } }, { id: 'a.c', sample: [] }),
      '',
    );
    assert.match(problemOf({ id: '', title: 'x' }), /error\.id/);
    assert.match(problemOf({ id: 'a b' }), /error\.eventType/);
    assert.match(problemOf({ id: 'a', object: 'a b' }), /error\.eventType/);
    for (const sample of ['{', [1], null, 5]) assert.match(problemOf({ id: 'a', sample }), /error\.sample/);
    assert.match(problemOf({ id: 'a' }, { id: 'b' }, { id: 'a' }), /error\.twice a/);
  });

  it('give a path to one event node only, unless the other one is switched off', () => {
    const problemOf = (path?: string) =>
      editor.problemOf('provisioning-event', 'path', { intake: true, path });
    const other = { id: 'e2', type: 'provisioning-event', name: 'First', intake: true, z: 't1' };
    editor.nodes = [other];
    assert.match(problemOf(), /error\.pathInUse First/);
    assert.match(
      problemOf('/provisioning//events/'),
      /error\.pathInUse First/,
      'the same to whoever posts to it',
    );
    assert.equal(problemOf('/else'), '');
    assert.match(problemOf('in'), /error\.path$/);
    editor.nodes = [{ ...other, d: true }];
    assert.equal(problemOf(), '');
    editor.nodes = [other, { id: 't1', type: 'tab', disabled: true }];
    assert.equal(problemOf(), '');
    assert.equal(editor.problemOf('provisioning-event', 'path', { intake: false, path: 'in' }), '');
  });

  it('leave a path or an event type that is a reference as a whole to what Node-RED fills in', () => {
    for (const [property, wrong] of [
      ['path', `in${reference}`],
      ['eventType', `a.${reference}`],
    ] as const) {
      const problemOf = (value: string) =>
        editor.problemOf('provisioning-event', property, { intake: true, [property]: value });
      assert.equal(problemOf(reference), '');
      assert.notEqual(problemOf(wrong), '');
    }
  });

  it('ask an event node for the credentials of its way to sign in', () => {
    const problemOf = (intakeAuth: string, credentials: object) =>
      editor.problemOf('provisioning-event', 'intakeAuth', { intake: true, intakeAuth, credentials });
    assert.match(problemOf('basic', { intakeUser: 'a' }), /error\.intakePassword/);
    assert.equal(problemOf('basic', { intakeUser: 'a', has_intakePassword: true }), '');
    assert.match(problemOf('bearer', {}), /error\.intakeToken/);
    assert.match(problemOf('signature', {}), /error\.intakeSecret/);
    for (const secret of ['intakeSecret', 'previousIntakeSecret'])
      assert.match(
        editor.problemOf('provisioning-event', secret, { [secret]: 'whsec_no base64' }),
        /error\.secret/,
      );
    assert.equal(problemOf('none', {}), '');
  });

  it('will not have a log node report nothing', () => {
    const problemOf = (saved: object) => editor.problemOf('provisioning-log', 'statuses', { ...saved });
    assert.match(problemOf({ statuses: [], circuits: false }), /error\.nothing/);
    assert.equal(problemOf({ statuses: [] }), '');
    assert.equal(problemOf({}), '');
  });

  it('will not have a watch node watch nothing, and keep its numbers within their bounds', () => {
    const problemOf = (saved: object, property = 'circuits') =>
      editor.problemOf('provisioning-watch', property, { ...saved });
    const off = { failures: 0, backlogMinutes: '0', objectMinutes: 0 };
    assert.match(problemOf({ circuits: false, ...off }), /error\.nothing/);
    assert.equal(problemOf({ circuits: true, ...off }), '');
    assert.equal(problemOf({ circuits: false }), '');
    for (const [property, { min, max }] of Object.entries(watchBounds)) {
      for (const value of [min, max, String(max), undefined])
        assert.equal(problemOf({ [property]: value }, property), '', `${property} ${value}`);
      for (const value of [min - 1, max + 1, '', null])
        assert.notEqual(problemOf({ [property]: value }, property), '', `${property} ${value}`);
    }
  });

  it('will not have a query node do what it is not granted, nor what there is not', () => {
    const problemOf = (property: string, saved: Readonly<Record<string, unknown>>) =>
      editor.problemOf('provisioning-query', property, saved);
    assert.match(
      problemOf('grants', { operation: 'hold', grants: ['replay'] }),
      /error\.missing .*grant\.switch/,
    );
    assert.equal(problemOf('grants', { operation: 'hold', grants: ['switch'] }), '');
    for (const operation of ['', 'executions', undefined])
      assert.equal(problemOf('grants', { operation }), '');
    for (const operation of ['', 'executions', reference, undefined])
      assert.equal(problemOf('operation', { operation }), '', `${operation}`);
    for (const operation of ['restart', 'toString', `a${reference}`])
      assert.match(problemOf('operation', { operation }), /error\.operation/, operation);
  });

  it('give a flow handler one place to come out', () => {
    const handler = { id: 'h1', type: 'provisioning-handler', handlerType: 'flow' };
    const problemOf = () => editor.problemOf('provisioning-handler-in', 'handler', { handler: 'h1' });
    assert.match(problemOf(), /noHandler/);
    editor.nodes = [{ ...handler, handlerType: 'http' }];
    assert.match(problemOf(), /notFlow/);
    editor.nodes = [{ ...handler, valid: false }];
    assert.match(problemOf(), /invalid/);
    editor.nodes = [handler, { id: 'in2', type: 'provisioning-handler-in', handler: 'h1' }];
    assert.match(problemOf(), /taken in2/);
    editor.nodes = [handler];
    assert.equal(problemOf(), '');
  });

  it('list the handlers of a registry in chain order', () => {
    const handler = (id: string, rest: object) => ({
      id,
      type: 'provisioning-handler',
      registry: 'r1',
      ...rest,
    });
    editor.nodes = [
      handler('z', { name: 'B' }),
      handler('y', { name: 'A', priority: '10' }),
      handler('x', { priority: 9 }),
      handler('w', { registry: 'r2' }),
      handler('b', {}),
      handler('a', {}),
    ];
    assert.deepEqual(
      handlersOf('r1').map(({ id }) => id),
      ['x', 'a', 'b', 'y', 'z'],
    );
  });
});
