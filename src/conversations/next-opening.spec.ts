import { describe, expect, it } from 'vitest';
import { nextOpening, type Week } from './next-opening.js';

const day = (dayWeek: number, ...hours: [string, string][]) => ({
  ...{ dayWeek, active: true, hours: hours.map(([start, end]) => ({ start, end })) },
});
const monday: Week = [day(1, ['13:00', '18:00'], ['08:00', '12:00'])];
const night: Week = [day(0, ['02:15', '02:45']), day(1, ['09:00', '10:00'])];
const always: Week = [0, 1, 2, 3, 4, 5, 6].map((n) => day(n, ['00:00', '23:59']));

describe('nextOpening', () => {
  it.each([
    {
      name: 'open: now',
      week: monday,
      zone: 'America/Sao_Paulo',
      at: '2026-03-02T12:00:00Z',
      expected: '2026-03-02T12:00:00.000Z',
    },
    {
      name: 'before opening',
      week: monday,
      zone: 'America/Sao_Paulo',
      at: '2026-03-02T03:00:00Z',
      expected: '2026-03-02T11:00:00.000Z',
    },
    {
      name: 'at lunch',
      week: monday,
      zone: 'America/Sao_Paulo',
      at: '2026-03-02T15:30:00Z',
      expected: '2026-03-02T16:00:00.000Z',
    },
    {
      name: 'after closing: a week later',
      week: monday,
      zone: 'America/Sao_Paulo',
      at: '2026-03-02T21:00:00Z',
      expected: '2026-03-09T11:00:00.000Z',
    },
    {
      name: 'another zone, another day',
      week: monday,
      zone: 'Asia/Tokyo',
      at: '2026-03-01T20:00:00Z',
      expected: '2026-03-01T23:00:00.000Z',
    },
    {
      name: 'a clock time that spring skips',
      week: night,
      zone: 'America/New_York',
      at: '2026-03-08T06:00:00Z',
      expected: '2026-03-08T07:15:00.000Z',
    },
    {
      name: 'a clock time that autumn repeats: the first',
      week: [day(0, ['01:15', '01:45'])],
      zone: 'America/New_York',
      at: '2026-11-01T04:00:00Z',
      expected: '2026-11-01T05:15:00.000Z',
    },
    {
      name: 'hours after the change keep the wall clock',
      week: monday,
      zone: 'Europe/Lisbon',
      at: '2026-03-29T12:00:00Z',
      expected: '2026-03-30T07:00:00.000Z',
    },
    {
      name: 'the last minute of a day is open',
      week: always,
      zone: 'UTC',
      at: '2026-03-02T23:59:30Z',
      expected: '2026-03-02T23:59:30.000Z',
    },
    {
      name: 'an unknown zone is UTC',
      week: monday,
      zone: 'Mars/Base',
      at: '2026-03-02T07:00:00Z',
      expected: '2026-03-02T08:00:00.000Z',
    },
    { name: 'never', week: [], zone: 'UTC', at: '2026-03-02T07:00:00Z', expected: undefined },
    {
      name: 'a day switched off',
      week: [{ ...day(1, ['08:00', '12:00']), active: false }],
      zone: 'UTC',
      at: '2026-03-02T07:00:00Z',
      expected: undefined,
    },
  ])('$name', ({ week, zone, at, expected }) => {
    expect(nextOpening(week, zone, new Date(at))?.toISOString()).toBe(expected);
  });
});
