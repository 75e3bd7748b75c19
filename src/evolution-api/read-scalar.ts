import { toStorableText } from '../common/storable-text.js';

/** The value as an object with unknown fields, or null for anything else (arrays too). */
export function readObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** A storable string of at most `maxCodePoints`, or null when the value is no string or nothing is left of it. */
export function readText(value: unknown, maxCodePoints?: number): string | null {
  if (typeof value !== 'string') return null;
  return toStorableText(value, maxCodePoints) || null;
}

/** The first of the values that is a string with something in it. */
export function readFirstText(...values: unknown[]): string | null {
  for (const value of values) {
    const text = readText(value);
    if (text?.trim()) return text;
  }
  return null;
}

/**
 * A 64-bit integer in any of the gateway's encodings (number, decimal string, {low, high, unsigned}); null when it is
 * none of them or beyond what a number holds exactly.
 */
export function readInteger(value: unknown): number | null {
  let found: number;
  if (typeof value === 'number') found = Math.trunc(value);
  else if (typeof value === 'string' && /^-?\d{1,16}$/.test(value.trim())) found = Number(value);
  else {
    const long = readObject(value);
    if (typeof long?.['low'] !== 'number' || typeof long['high'] !== 'number') return null;
    found = long['high'] * 2 ** 32 + (long['low'] >>> 0);
  }
  return Number.isSafeInteger(found) ? found : null;
}

/** A finite number, or null. */
export function readNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** WhatsApp began in 2009; an earlier instant is no message's. */
const EARLIEST_MS = Date.UTC(2009, 0, 1);
const CLOCK_SKEW_MS = 86_400_000;

/** The instant of a message in ms: the gateway gives seconds (some builds milliseconds); `nowMs` when absent or absurd. */
export function readSentAt(value: unknown, nowMs: number): number {
  const read = readInteger(value);
  if (read === null) return nowMs;
  const sentAtMs = read > 100_000_000_000 ? read : read * 1000;
  return sentAtMs < EARLIEST_MS || sentAtMs > nowMs + CLOCK_SKEW_MS ? nowMs : sentAtMs;
}
