import assert from 'node:assert/strict';
import { builtIn, Catalogue } from '../../../src/engine/words/catalogue.ts';
import { parseEnvelope } from '../../../src/engine/words/event.ts';

const envelope = (events_id: string, object_id: string | number) =>
  parseEnvelope({ event: { dt: '2026-01-31T12:00:00+00:00', events_id, object_id }, data: {} });

describe('the built-in event types', () => {
  it('are the 18 of JeraSoft', () => {
    assert.deepEqual(
      builtIn.map(({ id }) => id),
      [
        'clients.create',
        'clients.update',
        'clients.archive',
        'clients.delete',
        'clients.balance_zero',
        'clients.balance_notzero',
        'clients.custom_fields.update',
        'clients.accounts.create',
        'clients.accounts.update',
        'clients.accounts.delete',
        'clients.subscriptions.assign',
        'clients.subscriptions.activate',
        'clients.subscriptions.deactivate',
        'clients.subscriptions.renew',
        'clients.subscriptions.close',
        'email_rates_manager.import',
        'importd.process_success',
        'importd.process_failed',
      ],
    );
  });

  for (const { id, group, title, sample } of builtIn)
    it(`${id} has a group, a title and a sample of its own type`, () => {
      assert.ok(group && title);
      assert.equal(sample.event.events_id, id);
      assert.deepEqual(parseEnvelope(sample), sample);
    });

  it('have no data where JeraSoft sends none', () => {
    assert.deepEqual(
      builtIn.filter(({ sample }) => Object.keys(sample.data).length === 0).map(({ id }) => id),
      [
        'clients.archive',
        'clients.delete',
        'clients.balance_zero',
        'clients.balance_notzero',
        'clients.accounts.delete',
      ],
    );
  });
});

describe('the object of an event type', () => {
  const catalogue = new Catalogue([
    { id: 'shop.order.pay', title: '', object: 'shop.customer' },
    { id: 'shop.order.create', title: '' },
  ]);

  for (const [type, object, why] of [
    ['clients.custom_fields.update', 'clients', 'named by the catalogue'],
    ['shop.order.pay', 'shop.customer', "named by the user's own type"],
    ['clients.create', 'clients', 'the type without its last segment'],
    ['clients.accounts.update', 'clients.accounts', 'the type without its last segment'],
    ['shop.order.create', 'shop.order', 'the type without its last segment'],
    ['unknown.thing.happened', 'unknown.thing', 'the type without its last segment'],
    ['ping', 'ping', 'the whole type'],
    ['constructor', 'constructor', 'the whole type'],
  ] as const)
    it(`of ${type} is ${object}: ${why}`, () => assert.equal(catalogue.objectOf(type), object));

  it('makes the object key, with the object id as text', () => {
    assert.equal(catalogue.objectKeyOf(envelope('clients.create', 12)), 'clients:12');
    assert.equal(catalogue.objectKeyOf(envelope('clients.custom_fields.update', '12')), 'clients:12');
    assert.equal(catalogue.objectKeyOf(envelope('clients.accounts.create', 12)), 'clients.accounts:12');
  });
});

describe("a registry's catalogue", () => {
  it('has the built-in types when the user has none', () => {
    assert.deepEqual(new Catalogue().types, builtIn);
  });

  it("has the user's own types too, each with an envelope to try it with", () => {
    const catalogue = new Catalogue([{ id: 'shop.order.create', title: '', sample: { total: 5 } }]);
    assert.equal(catalogue.types.length, 19);
    const { title, sample } = catalogue.find('shop.order.create') ?? assert.fail('the type is missing');
    assert.equal(title, 'shop.order.create');
    assert.deepEqual(parseEnvelope(sample), sample);
    assert.deepEqual([sample.event.events_id, sample.data], ['shop.order.create', { total: 5 }]);
  });

  it('takes a sample that is a whole envelope for one', () => {
    const sampleOf = (sample: Record<string, unknown>) =>
      new Catalogue([{ id: 'a.b', title: '', sample }]).find('a.b')?.sample ?? assert.fail();
    const { event, data } = sampleOf({ event: { dt: 'x', object_id: 'c7' }, data: { id: 7 } });
    assert.deepEqual([event.events_id, event.object_id, data], ['a.b', 'c7', { id: 7 }]);
    assert.equal(sampleOf({ event: {}, data: {} }).event.object_id, 1);
    assert.deepEqual(sampleOf({ event: {}, data: [] }).data, {}, 'PHP writes {} as an empty list');
    for (const bare of [{ event: 'party', data: {} }, { event: {} }, { data: { id: 7 } }])
      assert.deepEqual(sampleOf(bare).data, bare);
  });

  it("lets the user's own type replace a built-in one, in its place", () => {
    const catalogue = new Catalogue([{ id: 'clients.create', title: 'New customer', object: 'customer' }]);
    assert.deepEqual(
      catalogue.types.map(({ id }) => id),
      builtIn.map(({ id }) => id),
    );
    assert.equal(catalogue.find('clients.create')?.title, 'New customer');
    assert.equal(catalogue.objectOf('clients.create'), 'customer');
  });

  it('does not know what nobody has told it', () => {
    assert.equal(new Catalogue().find('toString'), undefined);
  });
});
