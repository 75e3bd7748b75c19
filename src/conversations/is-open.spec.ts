import { describe, expect, it } from 'vitest';
import { isOpen } from './is-open.js';

const week = [
  { dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] },
  { dayWeek: 2, active: false, hours: [{ start: '08:00', end: '12:00' }] },
];

describe('isOpen', () => {
  it.each([
    { name: 'no week', input: { week: null, at: '2026-03-01T03:00:00Z' }, expected: true },
    { name: 'an empty week', input: { week: [], at: '2026-03-02T12:00:00Z' }, expected: false },
    { name: 'the opening minute', input: { week, at: '2026-03-02T11:00:00Z' }, expected: true },
    { name: 'before it', input: { week, at: '2026-03-02T10:59:59.999Z' }, expected: false },
    { name: 'the closing minute', input: { week, at: '2026-03-02T15:00:00Z' }, expected: false },
    { name: 'a day switched off', input: { week, at: '2026-03-03T12:00:00Z' }, expected: false },
  ])('$name: $expected', ({ input, expected }) => {
    expect(isOpen(input.week, 'America/Sao_Paulo', new Date(input.at))).toBe(expected);
  });
});
