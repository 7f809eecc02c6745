import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearTypes } from '../../src/dialogs/catalogue/near-types.ts';
import { builtIn } from '../../src/engine/words/catalogue.ts';

const known = builtIn.map(({ id }) => id);

describe('an event type that the catalogue does not know', () => {
  for (const [typed, meant] of Object.entries({
    'client.create': 'clients.create',
    'clients.created': 'clients.create',
    'Clients.Create': 'clients.create',
    'clinets.create': 'clients.create',
    clients_create: 'clients.create',
    'clients.balancezero': 'clients.balance_zero',
    'client.subscription.renewed': 'clients.subscriptions.renew',
    balance_zero: 'clients.balance_zero',
    'client.*': 'clients.*',
    'clients.account.*': 'clients.accounts.*',
  })) {
    it(`is likely meant for the nearest one: ${typed}`, () => {
      assert.equal(nearTypes(typed, known)?.[0], meant);
    });
  }

  it('is near to none where it is of another system', () => {
    for (const typed of ['shop.order.create', 'invoices.*', 'x'])
      assert.deepEqual(nearTypes(typed, known), []);
  });

  it('is unknown only if none of the types answers to it', () => {
    for (const typed of [...known, '*', 'clients.*', 'clients.subscriptions.*'])
      assert.equal(nearTypes(typed, known), undefined, typed);
    assert.deepEqual(nearTypes('*', []), []);
  });

  it('has three near ones at most, whatever it is, and is none of them', () => {
    const letters = fc.constantFrom(...'clients.create_*balance');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 30 }), (typed) => {
        const near = nearTypes(typed, known) ?? [];
        assert.ok(near.length <= 3 && !near.includes(typed));
      }),
    );
  });
});
