import { Temporal } from 'temporal-polyfill';

const MOST_DAYS = 366;
const MOST_CHARACTERS = 1_000;

/** What the model asked to be reminded of, or a sentence it can act on. */
export type ReadReminder =
  | { readonly dueInMs: number; readonly at: string; readonly text: string }
  | { readonly problem: string };

/** Reads a reminder: `at` is a local date and time (ISO 8601, no offset) in `timezone`, within a year from `now`. */
export function readReminder(args: unknown, timezone: string, now: Date): ReadReminder {
  const { at, text } = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;
  if (typeof text !== 'string' || text.trim() === '') return { problem: 'Say in "text" what to remind of.' };
  const due = typeof at === 'string' ? localInstant(at, timezone) : undefined;
  if (due === undefined) return { problem: 'Give "at" as a local date and time such as 2026-03-02T09:30.' };
  const dueInMs = due - now.getTime();
  if (dueInMs <= 0) return { problem: 'That moment has passed; give one in the future.' };
  if (dueInMs > MOST_DAYS * 86_400_000) return { problem: 'That is more than a year away; give an earlier moment.' };
  return { dueInMs, at: new Date(due).toISOString(), text: [...text.trim()].slice(0, MOST_CHARACTERS).join('') };
}

function localInstant(at: string, timezone: string): number | undefined {
  try {
    return Temporal.PlainDateTime.from(at).toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return undefined;
  }
}
