/** What makes a spreadsheet take a cell for a formula, https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

/** The cell with an apostrophe before what a spreadsheet would run: names come from strangers. */
export function toSafeCell(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}
