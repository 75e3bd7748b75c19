/** A schema of an OpenAPI 3.0 document, as far as answers are held against it. */
export interface PublishedSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, PublishedSchema>>;
  readonly items?: PublishedSchema;
  readonly oneOf?: readonly PublishedSchema[];
  readonly anyOf?: readonly PublishedSchema[];
  readonly allOf?: readonly PublishedSchema[];
}

/** Where an answer is not what was published. */
export interface Mismatch {
  readonly path: string;
  readonly problem: string;
}

/**
 * Holds a value against a schema: every published field is there, has the published type, and its value is one of the
 * published ones. More fields than published are no fault. `resolve` finds what a `$ref` names.
 */
export function checkSchema(
  value: unknown,
  schema: PublishedSchema,
  resolve: (ref: string) => PublishedSchema,
  path = '$',
): Mismatch[] {
  if (schema.$ref) return checkSchema(value, resolve(schema.$ref), resolve, path);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return checkAlternatives(value, alternatives, resolve, path);
  if (schema.allOf) return schema.allOf.flatMap((part) => checkSchema(value, part, resolve, path));
  if (value === null) return schema.nullable ? [] : [{ path, problem: 'is null' }];
  if (schema.enum && !schema.enum.includes(value)) {
    return [{ path, problem: `is ${JSON.stringify(value)}, which is none of the published values` }];
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [{ path, problem: `is ${kindOf(value)} instead of a list` }];
    return value.flatMap((item, n) => checkSchema(item, schema.items ?? {}, resolve, `${path}[${n}]`));
  }
  if (schema.type === 'object' || schema.properties) return checkObject(value, schema, resolve, path);
  return isOfType(value, schema) ? [] : [{ path, problem: `is ${kindOf(value)} instead of ${nameOf(schema)}` }];
}

function checkAlternatives(
  value: unknown,
  alternatives: readonly PublishedSchema[],
  resolve: (ref: string) => PublishedSchema,
  path: string,
): Mismatch[] {
  const attempts = alternatives.map((alternative) => checkSchema(value, alternative, resolve, path));
  // Of several ways to be wrong, the nearest miss says most.
  return attempts.reduce((best, attempt) => (attempt.length < best.length ? attempt : best));
}

function checkObject(
  value: unknown,
  { properties = {} }: PublishedSchema,
  resolve: (ref: string) => PublishedSchema,
  path: string,
): Mismatch[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path, problem: `is ${kindOf(value)} instead of an object` }];
  }
  return Object.entries(properties).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    if (!Object.hasOwn(value, name)) return [{ path: at, problem: 'is missing' }];
    return checkSchema((value as Record<string, unknown>)[name], field, resolve, at);
  });
}

function isOfType(value: unknown, { type, format }: PublishedSchema): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && hasFormat(value, format);
    default:
      return true;
  }
}

/** An instant that is not known yet is published as an empty string: see the interactions. */
function hasFormat(value: string, format: string | undefined): boolean {
  if (format === 'date-time') return value === '' || !Number.isNaN(Date.parse(value));
  if (format === 'uri') return URL.canParse(value);
  if (format === 'email') return /^[^@\s]+@[^@\s]+$/.test(value);
  return true;
}

const nameOf = ({ type, format }: PublishedSchema) => (format ? `${type} (${format})` : `${type}`);
const kindOf = (value: unknown) => (Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`);
