import type { z } from 'zod';
import { AppError, type FieldProblem } from './app-error.js';
import type { Face } from './read-face.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** More than a person can use, and enough to fill an answer with an attacker's keys. */
const MAX_PROBLEMS = 50;

/** A schema as each face applies it: ours refuses unknown fields, the published one ignores them. */
export function forFaces<S extends z.ZodObject>(schema: S): Readonly<Record<Face, z.ZodType<z.output<S>>>> {
  return { own: schema.strict(), v2: schema.strip() } as unknown as Record<Face, z.ZodType<z.output<S>>>;
}

/** The parsed value. @throws VALIDATION_FAILED that lists every refused field with its path */
export function checkInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', undefined, { errors: problemsOf(parsed.error).slice(0, MAX_PROBLEMS) });
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
