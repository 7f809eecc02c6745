/** What a spreadsheet takes for the beginning of a formula; the last four are full-width forms. */
const beginsLikeFormula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** A number, a telephone number among them, is no formula, whatever its sign. */
const isNumber = /^[+-]?\d+(?:[ .,]\d+)*(?:[eE][+-]?\d+)?$/;

/** A cell that was guarded, or looks so. */
const looksGuarded = /^'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * Guards a cell of a CSV file against being run as a formula by a spreadsheet, by an apostrophe before it; numbers
 * such as `-5` and `+491234` stay as they are. Whoever reads the file takes one apostrophe away from a cell that
 * begins with apostrophes and one of these signs, and has what was written.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
export function spreadsheetCell<T>(cell: T): T | string {
  if (typeof cell !== 'string') return cell;
  const isFormula = beginsLikeFormula.test(cell) && !isNumber.test(cell);
  return isFormula || looksGuarded.test(cell) ? `'${cell}` : cell;
}
