import assert from 'node:assert/strict';
import { everyExecution, isReversed, localTime, matches, queryOf } from '../../src/tab/data/filters.ts';
import type { HandlerRow } from '../../src/tab/data/handler-rows.ts';
import { callOf, foundHandlers, turnsOf } from '../../src/tab/data/handler-search.ts';
import { Preferences } from '../../src/tab/data/preferences.ts';
import { RememberedFilter } from '../../src/tab/data/remembered-filter.ts';
import { SavedSearches } from '../../src/tab/data/saved-searches.ts';
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
  replayedAs: null,
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

  it('knows a span of time that ends before it begins', () => {
    const [earlier, later] = ['2026-01-31T11:00', '2026-01-31T12:00:00'];
    for (const [filter, expected] of [
      [{ from: later, to: earlier }, true],
      [{ from: earlier, to: later }, false],
      [{ from: later, to: later }, false],
      [{ from: later, to: '' }, false],
      [{ from: 'later', to: earlier }, false],
      [{ text: 'anna' }, false],
    ] as const)
      assert.equal(isReversed(filter), expected, JSON.stringify(filter));
  });

  it('does not ask for a time that is none', () => {
    assert.deepEqual(queryOf({ from: 'soon' }), {});
  });

  it('knows what failed and is not set right, and asks the API whether what was skipped is', () => {
    const search = { ...everyExecution, status: 'unresolved,parked' };
    const replayedAs = { id: 'ex-abc123-2', status: 'succeeded' } as const;
    const belongs = (change: Partial<LogSummary>) => matches(search, { ...row, ...change });
    assert.deepEqual(
      [{}, { replayedAs }, { status: 'parked' }, { status: 'succeeded' }, { status: 'skipped' }].map(
        (change) => belongs(change as Partial<LogSummary>),
      ),
      [true, false, true, false, undefined],
    );
    assert.equal(matches({ ...search, handler: 'other' }, { ...row, status: 'skipped' }), false);
    assert.equal(matches({ ...search, status: 'failed' }, { ...row, replayedAs }), true);
  });

  for (const [field, asked, other] of [
    ['eventType', 'clients.create', 'clients.update'],
    ['handler', 'crm', 'dwh'],
    ['status', 'failed', 'succeeded'],
    ['objectId', '12', '1'],
    ['eventId', 'ev-abc123-1', 'ev-abc123-2'],
    ['code', '404, 5XX', '2xx,none'],
    ['minDurationMs', '5', '6'],
    ['maxDurationMs', '5', '4'],
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

  it('leaves it to the API of what kind a failure is, and knows what is none', () => {
    const search = { ...everyExecution, kind: 'HTTP 500' };
    assert.equal(matches(search, row), undefined);
    assert.equal(matches(search, { ...row, status: 'succeeded' }), false);
    assert.equal(matches({ ...search, handler: 'dwh' }, row), false);
  });
});

describe('what is searched for', () => {
  const browserOf = (saved: Map<string, string>) => ({
    getItem: (key: string) => saved.get(key) ?? null,
    setItem: (key: string, value: string) => void saved.set(key, value),
  });
  const sharedBy = (saved: Map<string, unknown>) => ({
    get: (key: string) => saved.get(key),
    remove: (key: string) => void saved.delete(key),
  });
  const filterOf = (saved: Map<string, string>) =>
    new RememberedFilter(new Preferences(browserOf(saved), '/'), 'log', everyExecution);
  const remembering = (log: unknown) => filterOf(new Map([['provisioning:/', JSON.stringify({ log })]]));

  it('takes from what was remembered only what it knows', () => {
    const filter = remembering({ status: 'failed', objectId: 12, other: 'x' });
    assert.deepEqual(filter.fields, { ...everyExecution, status: 'failed' });
    assert.equal(filter.asked, 1);
    for (const broken of [null, undefined, 'x', 1, []]) {
      assert.deepEqual(remembering(broken).fields, everyExecution);
    }
  });

  it('is remembered as it changes, and tells whoever watches', () => {
    const saved = new Map<string, string>();
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

  it('is of one Node-RED in one browser', () => {
    const saved = new Map<string, string>();
    new Preferences(browserOf(saved), '/').set('view', 'events');
    assert.equal(new Preferences(browserOf(saved), '/').get('view'), 'events');
    assert.equal(new Preferences(browserOf(saved), '/other/').get('view'), undefined);
    assert.equal(new Preferences(browserOf(new Map()), '/').get('view'), undefined);
  });

  it('is taken over once from the settings that all users of an editor shared', () => {
    const shared = new Map<string, unknown>([['provisioningTab', { log: { status: 'failed' } }]]);
    const saved = new Map<string, string>();
    const taken = new Preferences(browserOf(saved), '/', sharedBy(shared));
    assert.deepEqual(taken.get('log'), { status: 'failed' });
    assert.deepEqual([...shared], []);
    assert.deepEqual(new Preferences(browserOf(saved), '/', sharedBy(shared)).get('log'), {
      status: 'failed',
    });
    assert.equal(new Preferences(browserOf(new Map()), '/', sharedBy(shared)).get('log'), undefined);
  });

  it('leaves what another window of the browser has set', () => {
    const saved = new Map<string, string>();
    const [one, other] = [0, 1].map(() => new Preferences(browserOf(saved), '/')) as [
      Preferences,
      Preferences,
    ];
    one.set('view', 'events');
    other.set('span', 'day');
    const next = new Preferences(browserOf(saved), '/');
    assert.deepEqual([next.get('view'), next.get('span')], ['events', 'day']);
  });

  it('holds for as long as the page lies open where the browser keeps nothing', () => {
    const refuse = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    const preferences = new Preferences({ getItem: refuse, setItem: refuse }, '/');
    preferences.set('view', 'events');
    assert.equal(preferences.get('view'), 'events');
    for (const broken of ['', '{', '[]', 'null', '1']) {
      const kept = new Preferences(browserOf(new Map([['provisioning:/', broken]])), '/');
      assert.equal(kept.get('view'), undefined);
    }
  });
});

describe('saved searches', () => {
  const kept = new Map<string, string>();
  const searches = () =>
    new SavedSearches(
      new Preferences(
        { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
        '/',
      ),
    );
  beforeEach(() => kept.clear());

  it('are kept by list and name; one of the same name gives way', () => {
    const one = { list: 'log', name: 'b', fields: { status: 'failed' } };
    searches().save(one);
    searches().save({ ...one, list: 'events' });
    searches().save({ ...one, name: 'a' });
    searches().save({ ...one, fields: { code: '5xx' } });
    assert.deepEqual(
      searches()
        .of('log')
        .map(({ name, fields }) => [name, fields]),
      [
        ['a', { status: 'failed' }],
        ['b', { code: '5xx' }],
      ],
    );
    searches().delete(one);
    assert.deepEqual(
      searches()
        .of('log')
        .map(({ name }) => name),
      ['a'],
    );
  });

  it('are a hundred at most, and what is none is left out', () => {
    for (let n = 0; n < 130; n += 1) searches().save({ list: 'log', name: `n${n}`, fields: {} });
    assert.equal(searches().of('log').length, 100);
    for (const broken of ['{"searches":1}', '{"searches":[null,1,{"list":"log"}]}']) {
      kept.set('provisioning:/', broken);
      assert.deepEqual(searches().of('log'), []);
    }
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
