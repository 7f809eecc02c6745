import assert from 'node:assert/strict';
import { parse } from '../../../src/engine/words/parse.ts';
import { registryConfigSchema } from '../../../src/engine/words/registry-config.ts';
import { issuesOf } from '../../support/invalid.ts';

const parsed = (properties: object = {}) =>
  parse('registry', registryConfigSchema, { id: 'r1', ...properties });

describe("a registry's configuration", () => {
  it('has a default for whatever it does not say', () => {
    assert.deepEqual(parsed(), {
      id: 'r1',
      name: '',
      concurrency: 64,
      ordering: 'object',
      claimSeconds: 60,
      retentionDays: 30,
      retentionEvents: 1_000_000,
      eventTypes: [],
    });
  });

  it('may have its numbers as numeric strings, and no bounds of retention', () => {
    const { concurrency, claimSeconds, retentionDays, retentionEvents } = parsed({
      concurrency: '1024',
      claimSeconds: '1',
      retentionDays: '0',
      retentionEvents: '0',
    });
    assert.deepEqual([concurrency, claimSeconds, retentionDays, retentionEvents], [1024, 1, 0, 0]);
  });

  it('has the default of what stands empty in it', () => {
    const empty = { name: null, concurrency: '', ordering: '', claimSeconds: null, eventTypes: null };
    assert.deepEqual(parsed(empty), parsed());
    assert.deepEqual(
      parsed({ eventTypes: [{ id: 'a', title: null, object: '', sample: null }] }).eventTypes,
      [{ id: 'a', title: '' }],
    );
  });

  it("may have its user's own event types", () => {
    const eventTypes = [{ id: 'shop.order', title: 'Order', object: 'clients', sample: { id: 1 } }];
    assert.deepEqual(parsed({ eventTypes }).eventTypes, eventTypes);
  });

  for (const [what, properties, field, message] of [
    [
      'a node id that could lead out of its folder',
      { id: '../r1' },
      'id',
      /1 to 64 characters of A-Z a-z 0-9 _ and -/,
    ],
    [
      "an id whose folder is the scripts'",
      { id: 'scripts' },
      'id',
      /^must not be scripts, projects or backups/,
    ],
    ["an id whose folder is the projects'", { id: 'Projects' }, 'id', /^must not be scripts, projects or/],
    [
      "an id whose folder is the backups'",
      { id: 'backups' },
      'id',
      /^must not be scripts, projects or backups/,
    ],
    [
      'two event types of one id',
      { eventTypes: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] },
      'eventTypes[2].id',
      /^is the id of eventTypes\[0\] too/,
    ],
    ['no chains at a time', { concurrency: 0 }, 'concurrency', /^must be 1 at least$/],
    ['more than 1024 chains at a time', { concurrency: '1025' }, 'concurrency', /^must be 1024 at most$/],
    [
      'a reference that was not resolved',
      { claimSeconds: `\${CLAIM}` },
      'claimSeconds',
      /^must be a whole number/,
    ],
    ['an unknown ordering', { ordering: 'event' }, 'ordering', /^must be "object" or "none"$/],
    ['a negative retention', { retentionDays: -1 }, 'retentionDays', /^must be 0 at least$/],
    ['an event type without an id', { eventTypes: [{}] }, 'eventTypes[0].id', /such as "clients.create"$/],
    [
      'an object that is no event type',
      { eventTypes: [{ id: 'a', object: 'a b' }] },
      'eventTypes[0].object',
      /joined by dots/,
    ],
    [
      'a sample that is no object',
      { eventTypes: [{ id: 'a', sample: '{' }] },
      'eventTypes[0].sample',
      /^is JSON text, not an object/,
    ],
  ] as const)
    it(`is refused for ${what}`, () => {
      const issues = issuesOf(() => parsed(properties));
      assert.deepEqual(Object.keys(issues), [field]);
      assert.match(issues[field] ?? '', message);
    });
});
