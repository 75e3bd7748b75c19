import { expect, it } from 'vitest';
import { whyNotWeek } from './check-week.js';

const hours = (...spans: string[]) => spans.map((span) => ({ start: span.slice(0, 5), end: span.slice(6) }));

it.each([
  { name: 'no day', days: [], expected: [] },
  { name: 'morning and afternoon', days: [{ dayWeek: 1, hours: hours('08:00-12:00', '12:00-18:00') }], expected: [] },
  { name: 'the afternoon first', days: [{ dayWeek: 1, hours: hours('13:00-18:00', '08:00-12:00') }], expected: [] },
  {
    name: 'the end before the start',
    days: [{ dayWeek: 1, hours: hours('12:00-08:00') }],
    expected: ['0.hours.0.end'],
  },
  { name: 'no time at all', days: [{ dayWeek: 1, hours: hours('08:00-08:00') }], expected: ['0.hours.0.end'] },
  {
    name: 'an overlap',
    days: [{ dayWeek: 1, hours: hours('08:00-12:00', '11:59-13:00') }],
    expected: ['0.hours.1.start'],
  },
  {
    name: 'hours within hours',
    days: [{ dayWeek: 1, hours: hours('09:00-10:00', '08:00-12:00') }],
    expected: ['0.hours.1.start'],
  },
  {
    name: 'a day twice',
    days: [
      { dayWeek: 1, hours: [] },
      { dayWeek: 2, hours: [] },
      { dayWeek: 1, hours: [] },
    ],
    expected: ['2.dayWeek'],
  },
])('$name', ({ days, expected }) => {
  expect(whyNotWeek(days).map(({ path }) => path.join('.'))).toEqual(expected);
});
