import { isOpen } from './is-open.js';
import { nextOpening, type Week } from './next-opening.js';

/** What the hours of an agent make of a turn; `until` (ISO) names the closed period, 'never' one without an end. */
export type Hours = { readonly open: true } | { readonly open: false; readonly text: string; readonly until: string };

/** Whether an agent is open now. One without a text for closed hours, or without hours, always is. */
export function judgeHours(
  agent: {
    readonly workingHours: Week | null;
    readonly outOfHoursMessage: string | null;
    readonly businessTimezone: string;
  },
  now: Date,
): Hours {
  const { workingHours, outOfHoursMessage, businessTimezone } = agent;
  const text = outOfHoursMessage?.trim();
  if (!text || !workingHours || isOpen(workingHours, businessTimezone, now)) return { open: true };
  return { open: false, text, until: nextOpening(workingHours, businessTimezone, now)?.toISOString() ?? 'never' };
}
