/** One problem of a week: where it is, and a sentence. */
export interface WeekProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Day {
  readonly dayWeek: number;
  readonly hours: readonly { readonly start: string; readonly end: string }[];
}

/** Why these days are not a week of working hours; times are "HH:MM", which sort as they follow each other. */
export function whyNotWeek(days: readonly Day[]): WeekProblem[] {
  const problems: WeekProblem[] = [];
  for (const [n, { dayWeek, hours }] of days.entries()) {
    if (days.findIndex((other) => other.dayWeek === dayWeek) < n) {
      problems.push({ path: [n, 'dayWeek'], message: 'is a day that is listed already' });
    }
    for (const [m, { start, end }] of hours.entries()) {
      const at = (name: string, message: string) => problems.push({ path: [n, 'hours', m, name], message });
      if (start >= end) at('end', 'must be later than the start');
      if (hours.slice(0, m).some((other) => start < other.end && other.start < end)) {
        at('start', 'overlaps with other hours of this day');
      }
    }
  }
  return problems;
}
