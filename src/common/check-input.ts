import { z } from 'zod';
import { AppError, type FieldProblem } from './app-error.js';
import { URL_NOT_ALLOWED } from './fields.js';
import type { Language } from './language.js';
import type { Face } from './read-face.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** More than a person can use, and enough to fill an answer with an attacker's keys. */
const MAX_PROBLEMS = 50;

/** zod's own sentences; those of our schemas are translated where the problem is written. */
const SENTENCES = {
  en: z.locales.en().localeError,
  pt: z.locales.pt().localeError,
  es: z.locales.es().localeError,
} satisfies Record<Language, unknown>;

/** A schema as each face applies it: ours refuses unknown fields at every depth, the published one ignores them. */
export function forFaces<S extends z.ZodType>(schema: S): Readonly<Record<Face, S>> {
  return { own: close(schema) as S, v2: schema };
}

/** The same schema, in which no object takes a field it does not name. Descriptions and examples stay. */
function close(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as unknown as Record<string, unknown> & { type: string };
  const copy = (changes: object) =>
    z.core.clone(schema, { ...def, ...changes } as never, { parent: true } as never) as z.core.$ZodType;
  switch (def.type) {
    case 'object': {
      // A schema that says what becomes of other fields (a looseObject) is taken at its word.
      if (def['catchall']) return schema;
      const shape = def['shape'] as Record<string, z.core.$ZodType>;
      const closed = Object.entries(shape).map(([key, field]) => [key, close(field)]);
      return copy({ shape: Object.fromEntries(closed), catchall: z.never() });
    }
    case 'array':
      return copy({ element: close(def['element'] as z.core.$ZodType) });
    case 'union':
      return copy({ options: (def['options'] as z.core.$ZodType[]).map(close) });
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return copy({ innerType: close(def['innerType'] as z.core.$ZodType) });
    default:
      return schema;
  }
}

/** The parsed value. @throws VALIDATION_FAILED or URL_NOT_ALLOWED, listing every refused field with its path */
export function checkInput<T>(schema: z.ZodType<T>, value: unknown, language: Language = 'en'): T {
  const parsed = schema.safeParse(value, { error: SENTENCES[language] });
  if (parsed.success) return parsed.data;
  const errors = problemsOf(parsed.error).slice(0, MAX_PROBLEMS);
  const isAddress = parsed.error.issues.every((issue) => issue.code === 'custom' && issue.params === URL_NOT_ALLOWED);
  throw new AppError(isAddress ? 'URL_NOT_ALLOWED' : 'VALIDATION_FAILED', undefined, { errors });
}

function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'is not a field of this request',
    }));
  });
}

/** The id in lower case. @throws MALFORMED_ID for anything but a UUID */
export function checkId(value: unknown): string {
  if (typeof value !== 'string' || !UUID.test(value)) throw new AppError('MALFORMED_ID');
  return value.toLowerCase();
}
