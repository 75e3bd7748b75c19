import type { AnswerShape } from './answer.decorators.js';
import { ERRORS, type ErrorCode } from './app-error.js';
import type { OperationDescription } from './describe.decorators.js';
import { type ExampleSchema, exampleOf } from './example-of.js';
import { listErrors } from './list-errors.js';
import { type SchemaObject, toOpenApiSchema } from './openapi-schema.js';
import type { Face } from './read-face.js';

/** The part of an OpenAPI operation that is completed here. */
export interface Operation {
  operationId?: string;
  parameters?: unknown;
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
      code: { type: 'string', enum: Object.keys(ERRORS) },
      requestId: { type: 'string' },
      errors: fieldProblems,
    },
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
    example: {
      type: 'urn:tawkee:problem:NOT_FOUND',
      title: ERRORS.NOT_FOUND.title,
      status: 404,
      detail: ERRORS.NOT_FOUND.title,
      instance: '/agent/0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d',
      code: 'NOT_FOUND',
      requestId: '0193e6c5-6a10-7d52-8c3f-1b2d3e4f5a6b',
    },
  },
  PublishedError: {
    type: 'object',
    properties: {
      error: { type: 'string' },
      code: { type: 'string', enum: Object.keys(ERRORS) },
      requestId: { type: 'string' },
      errors: fieldProblems,
    },
    required: ['error', 'code', 'requestId'],
    example: {
      error: ERRORS.NOT_FOUND.title,
      code: 'NOT_FOUND',
      requestId: '0193e6c5-6a10-7d52-8c3f-1b2d3e4f5a6b',
    },
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

/** What is known of an operation besides what Nest wrote down. */
export interface OperationFacts {
  readonly face: Face;
  readonly shape: AnswerShape | undefined;
  /** The body as our own face takes it: no field that is not named. */
  readonly strictSchema: SchemaObject | undefined;
  readonly isPublic: boolean;
  readonly description: OperationDescription;
}

/** An operation with the answers of its face, its errors, examples, and an id of its own. */
export function completeOperation(operation: Operation, facts: OperationFacts): Operation {
  const { face, shape, strictSchema, isPublic, description } = facts;
  // Nest numbers the paths of one method; the face tells them apart better.
  const name = operation.operationId?.replace(/\[\d+\]$/, '');
  const operationId = face === 'v2' ? `${name}_v2` : name;
  const requestBody = describeBody(operation.requestBody, strictSchema, description.example);
  const parameters = (operation.parameters ?? []) as { in: string; schema?: ExampleSchema }[];
  const errors = listErrors({
    isPublic,
    hasId: parameters.some((parameter) => parameter.in === 'path' && parameter.schema?.format === 'uuid'),
    hasQuery: parameters.some((parameter) => parameter.in === 'query'),
    hasBody: requestBody !== undefined,
    description,
  });
  return {
    ...operation,
    operationId,
    ...(requestBody !== undefined && { requestBody }),
    ...(description.action && { 'x-action': description.action }),
    security: isPublic ? [] : [{ bearer: [] }],
    responses: {
      ...(shape ? successOf(shape, face) : (operation.responses as object)),
      ...Object.fromEntries([...errors].map(([status, codes]) => [status, errorResponse(codes, face)])),
      default: errorResponse(['INTERNAL'], face),
    },
  };
}

function successOf(shape: AnswerShape, face: Face) {
  const schema = bodySchema(shape, face);
  const example = exampleOf(schema as ExampleSchema, 'output');
  return {
    [shape.created && face === 'own' ? 201 : 200]: {
      description: 'Success',
      ...(face === 'v2' && shape.kind !== 'one' && { headers: TOTAL_HEADER }),
      content: { 'application/json': { schema, example } },
    },
  };
}

function errorResponse(codes: readonly ErrorCode[], face: Face) {
  const [type, schema] =
    face === 'v2' ? ['application/json', 'PublishedError'] : ['application/problem+json', 'Problem'];
  return {
    description: codes.map((code) => `${code}: ${ERRORS[code].title}`).join('. '),
    content: { [type!]: { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

/** The body as the face takes it, with an example. */
function describeBody(body: unknown, strictSchema: SchemaObject | undefined, example: unknown): unknown {
  if (body === undefined) return undefined;
  const { content, ...rest } = body as { content: Record<string, { schema: SchemaObject }> };
  const described = Object.entries(content).map(([type, { schema: published }]) => {
    const schema = strictSchema ?? published;
    return [type, { schema, example: example ?? exampleOf(schema as ExampleSchema, 'input') }];
  });
  return { ...rest, content: Object.fromEntries(described) };
}
