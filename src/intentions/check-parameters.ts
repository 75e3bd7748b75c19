const MAX_DEPTH = 10;
const MAX_VALUES = 500;
const MAX_TEXT = 2_000;

/** Keywords with which a schema would fetch others, run in circles, or make us run an author's regular expression. */
const FORBIDDEN = new Set(['$ref', '$dynamicRef', '$recursiveRef', 'patternProperties']);

/** Why a JSON Schema cannot describe a tool's parameters, in a sentence; undefined when it can. */
export function whyNotParameters(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (schema['type'] !== 'object') return 'must be a JSON Schema of type "object"';
  let values = 0;
  let level: unknown[] = [schema];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH} levels`;
    values += level.length;
    if (values > MAX_VALUES) return `must not hold more than ${MAX_VALUES} values`;
    for (const value of level) {
      if (typeof value === 'string' && value.length > MAX_TEXT) {
        return `must not hold a text longer than ${MAX_TEXT} characters`;
      }
      const keyword = findForbidden(value);
      if (keyword) return `must not use the keyword ${keyword}`;
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return undefined;
}

/** A property may be called "pattern": then a schema stands under the name, and no text. */
function findForbidden(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(
    ([key, inner]) => FORBIDDEN.has(key) || (key === 'pattern' && typeof inner === 'string'),
  )?.[0];
}
