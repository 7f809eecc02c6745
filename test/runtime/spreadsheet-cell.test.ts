import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spreadsheetCell } from '../../src/runtime/admin/spreadsheet-cell.ts';

describe('a cell for a spreadsheet', () => {
  for (const cell of [
    '',
    'Anna',
    '007',
    '12',
    '-5',
    '+491234',
    '+49 30 1234',
    '1e5',
    '-1.5e+3',
    '1,5',
    "it's",
    "'",
  ])
    it(`is written as it is: ${cell || 'an empty one'}`, () => assert.equal(spreadsheetCell(cell), cell));

  for (const cell of [
    '=1+1',
    '=HYPERLINK("http://evil.example")',
    '+1+1',
    '-1-1',
    '+',
    '-',
    '@SUM(A1)',
    "+1+cmd|' /C calc'!A0",
    '-5 of 7',
    '\t=1',
    '\r=1',
    '＝1+1',
    '+49\n=1',
    '+49 ',
  ])
    it(`has an apostrophe before it: ${JSON.stringify(cell)}`, () =>
      assert.equal(spreadsheetCell(cell), `'${cell}`));

  it('leaves what is no text', () => {
    for (const cell of [5, -5, null, undefined]) assert.equal(spreadsheetCell(cell), cell);
  });

  it('can be read back by taking one apostrophe away', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '1', 'a', '\t') });
    fc.assert(
      fc.property(text, (cell) => {
        const written = String(spreadsheetCell(cell));
        assert.equal(/^'+[=+\-@\t\r]/.test(written) ? written.slice(1) : written, cell);
      }),
    );
  });
});
