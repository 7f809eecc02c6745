import assert from 'node:assert/strict';
import fc from 'fast-check';
import { everyExecution } from '../../src/tab/data/filters.ts';
import { isLink, linkTo, type Place, placeOf } from '../../src/tab/data/links.ts';

describe('a link', () => {
  it('leads where it was made, whatever is searched for', () => {
    const texts = Object.keys(everyExecution).filter((field) => field !== 'from' && field !== 'to');
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...texts),
          fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
        ),
        fc.constantFrom('', 'reg-1'),
        fc.constantFrom(undefined, { kind: 'execution', registry: 'reg_1', id: 'ex-abc-1' } as const),
        (fields, registry, row) => {
          const filter = Object.fromEntries(
            Object.entries(fields)
              .map(([name, value]) => [name, value.trim().toWellFormed()])
              .filter(([, value]) => value !== ''),
          );
          const place: Place = { view: 'executions', registry, filter, row };
          assert.deepEqual({ ...placeOf(linkTo(place)) }, place);
        },
      ),
    );
  });

  it('says times in UTC, so that it means the same to a reader elsewhere', () => {
    const filter = { from: '2026-01-31T12:34:56', to: '' };
    const link = linkTo({ view: 'events', registry: '', filter });
    assert.equal(
      new URLSearchParams(link.split('?')[1]).get('from'),
      new Date('2026-01-31T12:34:56').toISOString(),
    );
    assert.deepEqual(placeOf(link)?.filter, { from: '2026-01-31T12:34:56' });
  });

  it('leads to a handler by its id', () => {
    const place = placeOf('#provisioning/handlers?registry=reg&handler=crm');
    assert.deepEqual(
      { ...place },
      { view: 'handlers', registry: 'reg', filter: { text: 'crm' }, row: undefined },
    );
  });

  it('is told from the addresses of the editor, and of what it does not know nothing is taken', () => {
    for (const other of ['', '#', '#flow/abc', '#node/abc/edit', '#provisioning', '#provisioningx/events'])
      assert.equal(isLink(other), false, other);
    assert.equal(placeOf('#provisioning/nowhere?status=failed'), undefined);
    const odd = '#provisioning/events?status=failed&text=x&from=soon&event=reg&toString=1&%E0%A4%A';
    assert.deepEqual(
      { ...placeOf(odd) },
      {
        view: 'events',
        registry: '',
        filter: { status: 'failed' },
        row: undefined,
      },
    );
  });
});
