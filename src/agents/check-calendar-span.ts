import type { FieldProblem } from '../common/app-error.js';

/** What is wrong with a year, a month of it and a day of that; empty when they name a span of the calendar. */
export function checkCalendarSpan(span: { year?: number; month?: number; day?: number }): FieldProblem[] {
  const { year, month, day } = span;
  if (month !== undefined && year === undefined) return [{ path: 'year', message: 'is needed with a month' }];
  if (day === undefined) return [];
  if (year === undefined || month === undefined) return [{ path: 'month', message: 'is needed with a day' }];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day > lastDay ? [{ path: 'day', message: 'is not a day of this month' }] : [];
}
