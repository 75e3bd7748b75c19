import { expect, it } from 'vitest';
import { toDuration } from './measure-duration.js';

it.each([
  { name: 'still open', input: null, expected: '' },
  { name: 'at once', input: 0, expected: '00:00:00' },
  { name: 'less than a second', input: 999, expected: '00:00:00' },
  { name: 'an hour, a minute, a second', input: 3_661_000, expected: '01:01:01' },
  { name: 'days', input: 100 * 3_600_000, expected: '100:00:00' },
  { name: 'a clock that went back', input: -5_000, expected: '00:00:00' },
])('$name', ({ input, expected }) => {
  const start = new Date('2026-11-25T10:00:00Z');
  expect(toDuration(start, input === null ? null : new Date(start.getTime() + input))).toBe(expected);
});
