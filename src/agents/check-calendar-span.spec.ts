import { expect, it } from 'vitest';
import { checkCalendarSpan } from './check-calendar-span.js';

it.each([
  { name: 'nothing', span: {}, expected: [] },
  { name: 'a year', span: { year: 2026 }, expected: [] },
  { name: 'a month', span: { year: 2026, month: 2 }, expected: [] },
  { name: 'a leap day', span: { year: 2028, month: 2, day: 29 }, expected: [] },
  { name: 'no leap day', span: { year: 2026, month: 2, day: 29 }, expected: ['day'] },
  { name: 'the last day of December', span: { year: 2026, month: 12, day: 31 }, expected: [] },
  { name: 'a month of no year', span: { month: 2 }, expected: ['year'] },
  { name: 'a day of no month', span: { year: 2026, day: 2 }, expected: ['month'] },
  { name: 'a day of nothing', span: { day: 2 }, expected: ['month'] },
])('$name', ({ span, expected }) => {
  expect(checkCalendarSpan(span).map((problem) => problem.path)).toEqual(expected);
});
