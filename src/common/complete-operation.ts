import type { AnswerShape } from './answer.decorators.js';
import { type SchemaObject, toOpenApiSchema } from './openapi-schema.js';
import type { Face } from './read-face.js';

/** The part of an OpenAPI operation that is completed here. */
export interface Operation {
  operationId?: string;
  requestBody?: unknown;
  responses?: unknown;
  security?: unknown;
}

const fieldProblems: SchemaObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: { path: { type: 'string' }, message: { type: 'string' } },
    required: ['path', 'message'],
  },
};

/** The error bodies: RFC 9457 on our own face, the published one under `/v2`. */
export const ERROR_SCHEMAS: Record<string, SchemaObject> = {
  Problem: {
    type: 'object',
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string' },
      code: { type: 'string' },
      requestId: { type: 'string' },
      errors: fieldProblems,
    },
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  },
  PublishedError: {
    type: 'object',
    properties: {
      error: { type: 'string' },
      code: { type: 'string' },
      requestId: { type: 'string' },
      errors: fieldProblems,
    },
    required: ['error', 'code', 'requestId'],
  },
};

const META: SchemaObject = {
  type: 'object',
  properties: {
    total: { type: 'integer' },
    page: { type: 'integer' },
    pageSize: { type: 'integer' },
    totalPages: { type: 'integer' },
    nextCursor: { type: 'string', nullable: true, description: 'Of lists that take `cursor`: the next page’s' },
  },
  required: ['total', 'page', 'pageSize', 'totalPages'],
};

const object = (properties: Record<string, SchemaObject>): SchemaObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

function bodySchema(shape: AnswerShape, face: Face): SchemaObject {
  const item = toOpenApiSchema(shape.item[face], 'output');
  if (shape.kind === 'one') return face === 'v2' ? item : object({ data: item });
  const items: SchemaObject = { type: 'array', items: item };
  if (face === 'own') return object(shape.kind === 'page' ? { data: items, meta: META } : { data: items });
  return shape.v2List === 'counted' ? object({ data: items, count: { type: 'integer' } }) : items;
}

const TOTAL_HEADER = { 'X-Total-Count': { description: 'Items on all pages', schema: { type: 'integer' } } };

/** An operation with the answers of its face, its errors, and an id of its own. */
export function completeOperation(
  operation: Operation,
  { face, shape, isStrict }: { face: Face; shape: AnswerShape | undefined; isStrict: boolean },
): Operation {
  // Nest numbers the paths of one method; the face tells them apart better.
  const name = operation.operationId?.replace(/\[\d+\]$/, '');
  const operationId = face === 'v2' ? `${name}_v2` : name;
  const requestBody = isStrict ? closeBody(operation.requestBody) : operation.requestBody;
  const completed = { ...operation, operationId, ...(requestBody !== undefined && { requestBody }) };
  if (!shape) return completed;
  const error =
    face === 'v2'
      ? { description: 'Error', content: json('application/json', { $ref: '#/components/schemas/PublishedError' }) }
      : { description: 'Error', content: json('application/problem+json', { $ref: '#/components/schemas/Problem' }) };
  const ok = {
    description: 'Success',
    ...(face === 'v2' && shape.kind !== 'one' && { headers: TOTAL_HEADER }),
    content: json('application/json', bodySchema(shape, face)),
  };
  const status = shape.created && face === 'own' ? 201 : 200;
  return { ...completed, responses: { [status]: ok, default: error } };
}

const json = (type: string, schema: unknown) => ({ [type]: { schema } });

/** Our own face refuses fields it does not know, and says so in the document. */
function closeBody(body: unknown): unknown {
  const { content, ...rest } = body as { content: Record<string, { schema: SchemaObject }> };
  const closed = Object.entries(content).map(([type, { schema }]) => [
    type,
    { schema: { ...schema, additionalProperties: false } },
  ]);
  return { ...rest, content: Object.fromEntries(closed) };
}
