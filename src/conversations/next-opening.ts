import { Temporal } from 'temporal-polyfill';

/** A week of working hours as it is stored: `dayWeek` 0 is Sunday, times are "HH:MM" of the business's wall clock. */
export type Week = readonly {
  readonly dayWeek: number;
  readonly active: boolean;
  readonly hours: readonly { readonly start: string; readonly end: string }[];
}[];

/**
 * The first moment from `at` on within working hours: `at` itself while open, undefined for a week that never opens. A
 * clock time that a change of the clocks skips counts as the moment after the gap; "23:59" as an end is midnight. An
 * unknown zone counts as UTC.
 */
export function nextOpening(week: Week, timezone: string, at: Date): Date | undefined {
  const zone = knownZone(timezone);
  const today = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  // Eight days: what is left of today, and today a week later.
  for (let n = 0; n <= 7; n++) {
    const opening = firstOpening(week, zone, today.add({ days: n }), at.getTime());
    if (opening !== undefined) return new Date(opening);
  }
  return undefined;
}

function firstOpening(week: Week, zone: string, date: Temporal.PlainDate, at: number): number | undefined {
  const spans = week
    .filter((day) => day.active && day.dayWeek === date.dayOfWeek % 7)
    .flatMap((day) => day.hours)
    .map(({ start, end }) => ({ start: instant(date, start, zone), end: endInstant(date, end, zone) }))
    .filter(({ start, end }) => start < end && at < end);
  return spans.length === 0 ? undefined : Math.min(...spans.map(({ start }) => Math.max(start, at)));
}

function endInstant(date: Temporal.PlainDate, end: string, zone: string): number {
  return end === '23:59' ? instant(date.add({ days: 1 }), '00:00', zone) : instant(date, end, zone);
}

function instant(date: Temporal.PlainDate, clock: string, zone: string): number {
  return date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(clock) }).epochMilliseconds;
}

function knownZone(timezone: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone).timeZoneId;
  } catch {
    return 'UTC';
  }
}
