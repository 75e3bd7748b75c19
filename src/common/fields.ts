import { z } from 'zod';
import { toStorableText } from './storable-text.js';

/** Text a person typed: trimmed, storable, at most `max` UTF-16 units; `min` 1 refuses an empty one. */
export const text = (max: number, min = 0) => z.string().overwrite(tidy).min(min).max(max);

const tidy = (value: string): string => toStorableText(value).trim();

/** An IANA time zone this runtime knows ("America/Sao_Paulo"). */
export const timeZone = () =>
  z.string().max(64).refine(isTimeZone, 'is not a time zone (for instance America/Sao_Paulo)');

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** The answer of a route that has nothing to show. */
export const Success = z.object({ success: z.literal(true) });
export const SUCCESS: z.infer<typeof Success> = { success: true };
