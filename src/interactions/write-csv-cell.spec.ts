import { expect, it } from 'vitest';
import { toSafeCell } from './write-csv-cell.js';

it.each([
  { name: 'a formula', input: '=HYPERLINK("http://x")', expected: `'=HYPERLINK("http://x")` },
  { name: 'a plus', input: '+1', expected: `'+1` },
  { name: 'a minus', input: '-1', expected: `'-1` },
  { name: 'an at sign', input: '@SUM(1)', expected: `'@SUM(1)` },
  { name: 'a tab', input: '\t=1', expected: `'\t=1` },
  { name: 'a carriage return', input: '\r=1', expected: `'\r=1` },
  { name: 'a name', input: 'Ana = Souza', expected: 'Ana = Souza' },
  { name: 'a quote first', input: '"=1', expected: '"=1' },
  { name: 'nothing', input: '', expected: '' },
])('$name', ({ input, expected }) => {
  expect(toSafeCell(input)).toBe(expected);
});
