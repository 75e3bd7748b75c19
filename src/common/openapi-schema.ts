import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

/** Nest keeps the name of this type to itself. */
export type SchemaObject = Exclude<
  NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string],
  { $ref: string }
>;

/** The OpenAPI 3.0 schema of what a zod schema takes (`input`) or gives (`output`). */
export function toOpenApiSchema(schema: z.ZodType, io: 'input' | 'output'): SchemaObject {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io, unrepresentable: 'any' });
  const { $schema: _, '~standard': __, ...rest } = json as Record<string, unknown>;
  return rest as unknown as SchemaObject;
}
