import assert from 'node:assert/strict';
import { barRangeOf, barsOf, edgesOf, marksOf, sumOf } from '../../src/tab/data/bars.ts';
import { localTime, queryOf } from '../../src/tab/data/filters.ts';
import { spans } from '../../src/tab/data/statistics.ts';
import { Formats } from '../../src/tab/text/formats.ts';

const [hour, , week] = spans as unknown as [(typeof spans)[0], (typeof spans)[0], (typeof spans)[0]];
const now = Date.parse('2026-03-01T12:34:56Z');
const step = (at: string, counts: object) => ({
  ...{ at, running: 0, parked: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
  ...counts,
});

describe('the bars of the histogram', () => {
  let zone: string | undefined;
  before(() => {
    zone = process.env['TZ'];
    process.env['TZ'] = 'Europe/Berlin';
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it('are of the last span at whole steps while the search begins nowhere, else of its range, 60 at most', () => {
    const iso = (range: ReturnType<typeof barRangeOf>) =>
      range && [new Date(range.from).toISOString(), new Date(range.to).toISOString(), range.step / 1000];
    assert.deepEqual(iso(barRangeOf({ from: '', to: '' }, hour, now)), [
      '2026-03-01T11:35:00.000Z',
      '2026-03-01T12:35:00.000Z',
      60,
    ]);
    assert.deepEqual(iso(barRangeOf({ from: '', to: '2026-03-01T10:00:00Z' }, hour, now)), [
      '2026-03-01T09:00:00.000Z',
      '2026-03-01T10:00:00.000Z',
      60,
    ]);
    assert.deepEqual(
      iso(barRangeOf({ from: '2026-03-01T09:00:00Z', to: '2026-03-01T09:00:20Z' }, week, now)),
      ['2026-03-01T09:00:00.000Z', '2026-03-01T09:00:20.000Z', 1],
    );
    const long = barRangeOf({ from: '1990-01-01T00:00:00Z', to: '' }, hour, now);
    assert.ok(long && (long.to - long.from) / long.step <= 61);
    assert.equal(barRangeOf({ from: '2027-01-01T00:00:00Z', to: '' }, hour, now), undefined);
  });

  it('add up what registries say, and are counted as far back as all of them are', () => {
    const range = { from: 0, to: 90_000, step: 60_000 };
    const { bars, countedFrom } = barsOf(range, [
      { items: [step('', { succeeded: 1, parked: 2 }), step('', { failed: 1 })], countedFrom: null },
      { items: [step('', { running: 1, cancelled: 4 })], countedFrom: '1970-01-01T00:00:30.000Z' },
    ]);
    assert.deepEqual(bars, [
      { succeeded: 1, failed: 0, skipped: 4, waiting: 3 },
      { succeeded: 0, failed: 1, skipped: 0, waiting: 0 },
    ]);
    assert.equal(countedFrom, 30_000);
    assert.deepEqual(sumOf(bars), { succeeded: 1, failed: 1, skipped: 4, waiting: 3 });
    assert.deepEqual(edgesOf(range, 1, 0), { from: 0, to: 90_000 });
    assert.deepEqual(edgesOf(range, 0, 0), { from: 0, to: 60_000 });
  });

  it('lead to the times that they stand for, in the hour too that the clock goes through twice', () => {
    for (const at of ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-03-29T01:00:00.000Z']) {
      const local = localTime(Date.parse(at));
      assert.equal(queryOf({ from: local })['from'], at, local);
    }
    assert.equal(localTime(Date.parse('2026-10-25T00:30:00Z')), '2026-10-25T02:30:00');
    assert.equal(localTime(Date.parse('2026-10-25T01:30:00Z')), '2026-10-25T02:30:00+01:00');
  });

  it('have marks at round times of the reader, on either side of a change to or from summer time', () => {
    const local = (from: string, to: string) =>
      marksOf({ from: Date.parse(from), to: Date.parse(to), step: 0 }).at.map((at) =>
        localTime(at).slice(5, 16),
      );
    assert.deepEqual(local('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), [
      '03-29T00:00',
      '03-29T12:00',
      '03-30T00:00',
      '03-30T12:00',
    ]);
    const formats = new Formats('en-US', 'Europe/Berlin');
    assert.equal(formats.mark(Date.parse('2026-03-28T23:00:00Z'), 43_200), 'Mar 29');
    assert.equal(formats.mark(Date.parse('2026-03-29T10:00:00Z'), 43_200), '12:00 PM');
    assert.deepEqual(local('2026-10-23T00:00:00Z', '2026-10-27T12:00:00Z'), [
      '10-24T00:00',
      '10-25T00:00',
      '10-26T00:00',
      '10-27T00:00',
    ]);
    assert.deepEqual(local('2026-05-01T10:05:00Z', '2026-05-01T11:05:00Z'), [
      '05-01T12:15',
      '05-01T12:30',
      '05-01T12:45',
      '05-01T13:00',
    ]);
  });
});
