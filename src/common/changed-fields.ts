import { isDeepStrictEqual } from 'node:util';

/** The names, sorted, of what a change would really alter; undefined in it means "not given". */
export function changedFields(before: object, change: object): string[] {
  const stored = before as Record<string, unknown>;
  return Object.entries(change)
    .filter(([name, value]) => value !== undefined && !isDeepStrictEqual(value, stored[name]))
    .map(([name]) => name)
    .sort();
}
