import assert from 'node:assert/strict';
import { lostOf } from '../../src/tab/data/lost-rows.ts';
import { RowSelection } from '../../src/tab/data/row-selection.ts';

const row = (id: string) => ({ id, registry: 'billing' });
const rows = [...'abcdefgh'].map(row);

describe('rows that are selected', () => {
  const selected = (...done: readonly ((one: RowSelection<ReturnType<typeof row>>) => void)[]) => {
    const selection = new RowSelection<ReturnType<typeof row>>();
    for (const act of done) act(selection);
    return selection.rows.map(({ id }) => id).join(' ');
  };

  it('are ranges from the row that was chosen last, drawn down or up, which let go when they are drawn back', () => {
    const begin = (one: RowSelection<ReturnType<typeof row>>) => one.toggle(row('d'));
    assert.equal(
      selected(begin, (one) => one.extend(rows, 'f')),
      'd e f',
    );
    assert.equal(
      selected(
        begin,
        (one) => one.extend(rows, 'f'),
        (one) => one.extend(rows, 'b', 'f'),
      ),
      'd b c',
    );
    assert.equal(
      selected(
        begin,
        (one) => one.extend(rows, 'f'),
        (one) => one.extend(rows, 'd', 'f'),
      ),
      'd',
    );
  });

  it('stay chosen where another range begins, or passes over them', () => {
    assert.equal(
      selected(
        (one) => one.toggle(row('a')),
        (one) => one.extend(rows, 'b', 'a'),
        (one) => one.extend(rows, 'f', 'e'),
        (one) => one.extend(rows, 'a', 'f'),
        (one) => one.extend(rows, 'e', 'a'),
      ),
      'a b e',
    );
  });

  it('are chosen by id: rows that come between belong to the next range alone', () => {
    const more = [row('new'), ...rows.slice(0, 2), row('between'), ...rows.slice(2)];
    assert.equal(
      selected(
        (one) => one.toggle(row('a')),
        (one) => one.extend(rows, 'c'),
      ),
      'a b c',
    );
    assert.equal(
      selected(
        (one) => one.toggle(row('b')),
        (one) => one.extend(rows, 'c'),
        (one) => one.extend(more, 'd', 'c'),
      ),
      'b between c d',
    );
  });

  it('are begun by a range alone whose anchor has gone from the list', () => {
    assert.equal(
      selected(
        (one) => one.toggle(row('gone')),
        (one) => one.extend(rows, 'c'),
        (one) => one.extend(rows, 'd', 'c'),
      ),
      'gone c d',
    );
    assert.equal(
      selected((one) => one.extend(rows, 'nowhere')),
      '',
    );
  });

  it('are let go of one by one, or all', () => {
    assert.equal(
      selected(
        (one) => one.add(rows),
        (one) => one.toggle(row('c')),
      ),
      'a b d e f g h',
    );
    assert.equal(
      selected(
        (one) => one.add(rows),
        (one) => one.clear(),
      ),
      '',
    );
  });
});

describe('rows that a search does not find', () => {
  const at = (id: string, time: number, registry = 'billing') => ({ id, time, registry });
  const loaded = [at('new', 9), at('old', 5)];
  const lost = (
    rows: readonly ReturnType<typeof at>[],
    { complete = false, status = 'ready' as 'ready' | 'loading', belongs = undefined as boolean | undefined },
  ) =>
    lostOf(
      rows,
      { rows: loaded, complete, status },
      { sources: ['billing'], timeOf: ({ time }) => `${time}`, belongs: () => belongs },
    ).map(({ id }) => id);

  it('are known by what is loaded of their time, and by what the filter says of them itself', () => {
    const rows = [at('new', 9), at('between', 7), at('older', 3), at('elsewhere', 9, 'other')];
    assert.deepEqual(lost(rows, {}), ['between', 'elsewhere']);
    assert.deepEqual(lost(rows, { complete: true }), ['between', 'older', 'elsewhere']);
    assert.deepEqual(lost(rows, { belongs: false }), ['between', 'older', 'elsewhere']);
    assert.deepEqual(lost(rows, { status: 'loading', belongs: true }), ['elsewhere']);
  });
});
