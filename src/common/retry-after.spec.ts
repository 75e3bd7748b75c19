import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const NOW = Date.UTC(2026, 10, 1, 12, 0, 0);

describe('parseRetryAfter', () => {
  const cases = [
    { name: 'seconds', input: '7', expected: 7000 },
    { name: 'fractions of a second', input: ' 0.5 ', expected: 500 },
    { name: 'a date', input: 'Sun, 01 Nov 2026 12:00:30 GMT', expected: 30_000 },
    { name: 'a past date', input: 'Sun, 01 Nov 2026 11:00:00 GMT', expected: 0 },
    { name: 'nonsense', input: 'soon', expected: null },
    { name: 'nothing', input: undefined, expected: null },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(parseRetryAfter(input, NOW)).toBe(expected);
  });
});
