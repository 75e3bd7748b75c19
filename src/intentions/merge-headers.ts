import type { FieldProblem } from '../common/app-error.js';

/** What stands for a header's value in every answer. No real value can be this: it is no Latin-1. */
export const MASK = '••••••••';

export interface Header {
  readonly name: string;
  readonly value: string;
}

/**
 * The headers to keep: a masked value is the stored one of the same name, in whatever case, any other is sealed. A mask
 * that stands for nothing is a problem, for it would be sent as if it were the secret.
 */
export function mergeHeaders(
  stored: readonly Header[],
  given: readonly Header[],
  seal: (plain: string) => string,
): { headers: Header[]; problems: FieldProblem[] } {
  const known = new Map(stored.map(({ name, value }) => [name.toLowerCase(), value]));
  const problems: FieldProblem[] = [];
  const headers = given.map(({ name, value }, n) => {
    if (value !== MASK) return { name, value: seal(value) };
    const kept = known.get(name.toLowerCase());
    if (kept !== undefined) return { name, value: kept };
    problems.push({ path: `headers.${n}.value`, message: 'is only a mask, and no value is stored under this name' });
    return { name, value };
  });
  return { headers, problems };
}
