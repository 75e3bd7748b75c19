import { nextOpening, type Week } from './next-opening.js';

/** Whether `at` is within working hours; no week is always open. */
export function isOpen(week: Week | null, timezone: string, at: Date): boolean {
  return week === null || nextOpening(week, timezone, at)?.getTime() === at.getTime();
}
