import assert from 'node:assert/strict';
import { everyExecution, localTime, matches, queryOf } from '../../src/tab/data/filters.ts';
import type { HandlerRow } from '../../src/tab/data/handler-rows.ts';
import { callOf, foundHandlers, turnsOf } from '../../src/tab/data/handler-search.ts';
import { Preferences } from '../../src/tab/data/preferences.ts';
import { RememberedFilter } from '../../src/tab/data/remembered-filter.ts';
import type { LogSummary } from '../../src/tab/data/shapes.ts';

const row: LogSummary = {
  id: 'ex-abc123-1',
  seq: 1,
  registry: 'reg',
  eventId: 'ev-abc123-1',
  eventType: 'clients.create',
  objectId: '12',
  handler: { id: 'crm', number: 1, name: 'CRM', type: 'http', priority: 1 },
  target: null,
  status: 'failed',
  parkedFor: null,
  startedAt: '2026-01-31T12:00:00.000Z',
  durationMs: 5,
  attempts: 1,
  code: 500,
  error: null,
  nextAttemptAt: null,
  replayOf: null,
};

describe("the log's search", () => {
  it('asks the API only for what is filled in', () => {
    assert.deepEqual(queryOf({ ...everyExecution, status: 'failed', objectId: ' 12 ' }), {
      status: 'failed',
      objectId: '12',
    });
  });

  it('asks for local times in UTC', () => {
    const at = Date.parse('2026-01-31T12:34:56Z');
    assert.deepEqual(queryOf({ from: localTime(at) }), { from: '2026-01-31T12:34:56.000Z' });
  });

  it('does not ask for a time that is none', () => {
    assert.deepEqual(queryOf({ from: 'soon' }), {});
  });

  for (const [field, asked, other] of [
    ['eventType', 'clients.create', 'clients.update'],
    ['handler', 'crm', 'dwh'],
    ['status', 'failed', 'succeeded'],
    ['objectId', '12', '1'],
    ['eventId', 'ev-abc123-1', 'ev-abc123-2'],
    ['from', localTime(Date.parse('2026-01-31T12:00:00Z')), localTime(Date.parse('2026-01-31T12:00:01Z'))],
    ['to', localTime(Date.parse('2026-01-31T12:00:01Z')), localTime(Date.parse('2026-01-31T12:00:00Z'))],
  ] as const) {
    it(`knows by ${field} whether a row of the live feed belongs to it`, () => {
      assert.equal(matches({ ...everyExecution, [field]: asked }, row), true);
      assert.equal(matches({ ...everyExecution, [field]: other }, row), false);
    });
  }

  it('leaves it to the API to say what a search for words finds', () => {
    assert.equal(matches({ ...everyExecution, text: 'anna' }, row), undefined);
    assert.equal(matches({ ...everyExecution, text: 'anna', status: 'succeeded' }, row), false);
  });
});

describe('what is searched for', () => {
  const filterOf = (saved: Map<string, unknown>) =>
    new RememberedFilter(
      new Preferences({ get: (key) => saved.get(key), set: (key, value) => saved.set(key, value) }),
      'log',
      everyExecution,
    );
  const remembering = (log: unknown) => filterOf(new Map([['provisioningTab', { log }]]));

  it('takes from what was remembered only what it knows', () => {
    const filter = remembering({ status: 'failed', objectId: 12, other: 'x' });
    assert.deepEqual(filter.fields, { ...everyExecution, status: 'failed' });
    assert.equal(filter.asked, 1);
    for (const broken of [null, undefined, 'x', 1, []]) {
      assert.deepEqual(remembering(broken).fields, everyExecution);
    }
  });

  it('is remembered as it changes, and tells whoever watches', () => {
    const saved = new Map<string, unknown>();
    const filter = filterOf(saved);
    const seen: number[] = [];
    filter.observe(() => seen.push(filter.asked));
    filter.change({ status: 'failed' });
    filter.change({ objectId: '12', text: ' ' });
    assert.deepEqual(filterOf(saved).fields, {
      ...everyExecution,
      status: 'failed',
      objectId: '12',
      text: ' ',
    });
    filter.only({ eventType: 'clients.create' });
    assert.deepEqual(filterOf(saved).fields, { ...everyExecution, eventType: 'clients.create' });
    filter.clear();
    assert.deepEqual(filterOf(saved).fields, everyExecution);
    assert.deepEqual(seen, [1, 2, 1, 0]);
  });
});

describe("the handlers' search", () => {
  const handler = (id: string, more: Partial<HandlerRow> = {}): HandlerRow => ({
    id,
    registry: 'reg',
    name: id.toUpperCase(),
    type: 'http',
    target: 'POST https://crm.example',
    events: ['clients.*'],
    priority: 10,
    status: 'enabled',
    standing: 'deployed',
    problems: [],
    deployed: undefined,
    ...more,
  });
  const all = [
    handler('crm'),
    handler('old', { status: 'archived' }),
    handler('dwh', { status: 'disabled', type: 'local', events: ['*'] }),
  ];
  const find = (filter: object, registry = '') =>
    foundHandlers(all, { eventType: '', type: '', status: '', text: '', ...filter }, registry).map(
      ({ id }) => id,
    );

  it('hides archived ones unless it asks for them', () => {
    assert.deepEqual(find({}), ['crm', 'dwh']);
    assert.deepEqual(find({ status: 'archived' }), ['old']);
  });

  it('finds by event, type, words and registry', () => {
    assert.deepEqual(find({ eventType: 'clients.create' }), ['crm', 'dwh']);
    assert.deepEqual(find({ eventType: 'importd.process_failed' }), ['dwh']);
    assert.deepEqual(find({ type: 'local' }), ['dwh']);
    assert.deepEqual(find({ text: 'EXAMPLE dw' }), ['dwh']);
    assert.deepEqual(find({}, 'other'), []);
  });

  it('gives each handler that is called its turn in the chain of its registry', () => {
    const turns = turnsOf(
      [
        handler('first', { events: ['*'] }),
        handler('deaf', { events: ['clients.update'] }),
        handler('held', { status: 'held' }),
        handler('shop', { registry: 'shop', events: ['clients.create'] }),
        handler('disabled', { status: 'disabled' }),
        handler('old', { status: 'archived' }),
        handler('off', { standing: 'off' }),
        handler('deleted', { standing: 'deleted' }),
        handler('refused', { standing: 'refused' }),
      ],
      'clients.create',
    );
    assert.deepEqual([...turns].sort(), [
      ['first', 1],
      ['held', 2],
      ['refused', 3],
      ['shop', 1],
    ]);
  });

  it('tells a call by name from one by a pattern', () => {
    assert.equal(callOf(['clients.create', '*'], 'clients.create'), 'direct');
    assert.equal(callOf(['clients.*'], 'clients.accounts.create'), 'pattern');
    assert.equal(callOf(['clients.*'], 'clients'), undefined);
    assert.equal(callOf([], 'clients.create'), undefined);
  });
});
