import { describe, expect, it } from 'vitest';
import { readInteger, readSentAt } from './read-scalar.js';

describe('readInteger', () => {
  const cases = [
    { name: 'a number', input: 42, expected: 42 },
    { name: 'a decimal string', input: '1795000000', expected: 1_795_000_000 },
    { name: 'low and high words', input: { low: 12_345, high: 0, unsigned: true }, expected: 12_345 },
    {
      name: 'a negative low word counts unsigned',
      input: { low: -1_331_558_533, high: 410 },
      expected: 410 * 2 ** 32 + 2_963_408_763,
    },
    { name: 'beyond 2^53', input: { low: 0, high: 2 ** 31 - 1 }, expected: null },
    { name: 'not finite', input: Number.NaN, expected: null },
    { name: 'text', input: '12 apples', expected: null },
    { name: 'nothing', input: undefined, expected: null },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readInteger(input)).toBe(expected);
  });
});

describe('readSentAt', () => {
  const NOW = Date.UTC(2026, 10, 2);
  const seconds = NOW / 1000 - 60;
  const cases = [
    { name: 'seconds', input: seconds, expected: NOW - 60_000 },
    { name: 'seconds in a string', input: String(seconds), expected: NOW - 60_000 },
    { name: 'seconds in two words', input: { low: seconds | 0, high: 0, unsigned: true }, expected: NOW - 60_000 },
    { name: 'milliseconds', input: NOW - 5, expected: NOW - 5 },
    { name: 'absent', input: null, expected: NOW },
    { name: 'zero', input: 0, expected: NOW },
    { name: 'far future', input: seconds * 2, expected: NOW },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readSentAt(input, NOW)).toBe(expected);
  });
});
