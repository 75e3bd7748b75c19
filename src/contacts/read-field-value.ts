import { toStorableText } from '../common/storable-text.js';

/** The published types of a custom field. */
export const FIELD_TYPES = ['STRING', 'DATE', 'DATE_TIME', 'NUMBER', 'BOOLEAN', 'MONEY'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** What a client may send as a value; null removes it. */
export type GivenValue = string | number | boolean | null | undefined;

/** The value to keep (null: none), or why it is refused. */
export type FieldValue =
  | { readonly value: string | number | boolean | null }
  | { readonly problem: (typeof PROBLEMS)[FieldType] };

const PROBLEMS = {
  STRING: 'must be a text of at most 4096 characters',
  DATE: 'must be a day: milliseconds since 1970 (UTC), or "2026-11-25"',
  DATE_TIME: 'must be an instant: milliseconds since 1970, or "2026-11-25T14:30:00Z"',
  NUMBER: 'must be a number',
  BOOLEAN: 'must be true or false',
  MONEY: 'must be an amount in whole currency units with at most 4 decimals, such as "1234.50"',
} as const satisfies Record<FieldType, string>;

const MAX_TEXT = 4_096;
const DAY_MS = 86_400_000;
/** Years 1 to 9999: what PostgreSQL, JSON and every client's calendar can write. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const ISO_DAY = /^\d{4}-\d\d-\d\d$/;
const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const AMOUNT = /^-?\d{1,15}(\.\d{1,4})?$/;

/**
 * A value as its type keeps it: a text, a number, a boolean, milliseconds since 1970 (a DATE at midnight UTC), and MONEY
 * as a decimal text, since binary numbers cannot hold every cent. Null, undefined and '' mean none.
 */
export function readFieldValue(type: FieldType, given: GivenValue): FieldValue {
  if (given === null || given === undefined || given === '') return { value: null };
  const value = READERS[type](given);
  return value === undefined ? { problem: PROBLEMS[type] } : { value };
}

const READERS: Readonly<
  Record<FieldType, (given: string | number | boolean) => string | number | boolean | undefined>
> = {
  STRING: (given) =>
    typeof given === 'string' && given.length <= MAX_TEXT ? toStorableText(given, MAX_TEXT) : undefined,
  DATE: (given) => {
    const ms = readInstant(given);
    return ms === undefined ? undefined : Math.floor(ms / DAY_MS) * DAY_MS;
  },
  DATE_TIME: readInstant,
  NUMBER: (given) => (typeof given === 'number' && Number.isFinite(given) ? given : undefined),
  BOOLEAN: (given) => (typeof given === 'boolean' ? given : undefined),
  MONEY: readAmount,
};

/** Milliseconds since 1970 of a number or an ISO 8601 text; undefined for anything else and for days that are not. */
export function readInstant(given: string | number | boolean): number | undefined {
  if (typeof given === 'number') return isInCalendar(given) ? given : undefined;
  if (typeof given !== 'string' || !(ISO_DAY.test(given) || ISO_INSTANT.test(given))) return undefined;
  // Date.parse takes 31 February for 3 March.
  const day = given.slice(0, 10);
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== day) return undefined;
  const ms = Date.parse(given);
  return isInCalendar(ms) ? ms : undefined;
}

const isInCalendar = (ms: number) => Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS;

function readAmount(given: string | number | boolean): string | undefined {
  if (typeof given === 'boolean') return undefined;
  // A number above 2^53 has lost digits before it came here.
  if (typeof given === 'number' && Math.abs(given) > Number.MAX_SAFE_INTEGER) return undefined;
  const amount = String(given).trim();
  return AMOUNT.test(amount) ? amount : undefined;
}
