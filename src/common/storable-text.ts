/** The longest text kept or sent, in code points: WhatsApp's own limit for one text message. */
export const MAX_TEXT_CODE_POINTS = 65_536;

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** `toWellFormed` is in every supported Node, but not in the ES2023 typings. */
type WithWellFormed = string & { toWellFormed(): string };

/**
 * Text that PostgreSQL (text and jsonb) and every JSON reader take: without U+0000, lone surrogates replaced by U+FFFD,
 * cut to `maxCodePoints` without halving a character. Any other text comes back as it was.
 */
export function toStorableText(text: string, maxCodePoints: number = MAX_TEXT_CODE_POINTS): string {
  const clean = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return truncateCodePoints((clean as WithWellFormed).toWellFormed(), maxCodePoints);
}

function truncateCodePoints(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (let count = 0; count < max && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

export interface StorableLimits {
  /** Containers deeper than this become null. */
  readonly maxDepth: number;
  /** Values after this many are left out. */
  readonly maxValues: number;
  readonly maxTextCodePoints: number;
}

const DEFAULT_LIMITS: StorableLimits = { maxDepth: 32, maxValues: 10_000, maxTextCodePoints: MAX_TEXT_CODE_POINTS };

/**
 * A deep copy that jsonb takes: keys and strings storable, `__proto__` keys left out, too deep or too many values cut
 * off, anything JSON does not know turned to null. Walks without recursion, so that hostile nesting costs no stack.
 */
export function toStorableJson(value: unknown, limits: Partial<StorableLimits> = {}): JsonValue {
  const { maxDepth, maxValues, maxTextCodePoints } = { ...DEFAULT_LIMITS, ...limits };
  const root: { value: JsonValue } = { value: null };
  const todo: { from: unknown; depth: number; put: (v: JsonValue) => void }[] = [
    {
      from: value,
      depth: 0,
      put: (v) => {
        root.value = v;
      },
    },
  ];
  let seen = 0;
  // A queue, not a stack: when the budget ends, what is nearest to the root has been kept, in its order.
  for (let next = 0; next < todo.length && seen < maxValues; next++, seen++) {
    const { from, depth, put } = todo[next]!;
    if (typeof from !== 'object' || from === null) {
      put(toStorableScalar(from, maxTextCodePoints));
    } else if (depth >= maxDepth) {
      put(null);
    } else if (Array.isArray(from)) {
      const copy: JsonValue[] = [];
      put(copy);
      for (const item of from.slice(0, maxValues))
        todo.push({ from: item, depth: depth + 1, put: (v) => copy.push(v) });
    } else {
      const copy: JsonObject = {};
      put(copy);
      let fields = 0;
      for (const key of Object.keys(from)) {
        if (key === '__proto__') continue;
        if (++fields > maxValues) break;
        const name = toStorableText(key, 256);
        todo.push({
          from: (from as Record<string, unknown>)[key],
          depth: depth + 1,
          put: (v) => {
            copy[name] = v;
          },
        });
      }
    }
  }
  return root.value;
}

function toStorableScalar(value: unknown, maxTextCodePoints: number): JsonValue {
  if (typeof value === 'string') return toStorableText(value, maxTextCodePoints);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return value.toString();
  return null;
}
