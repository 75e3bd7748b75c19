import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiBody, ApiExtension, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from './app-error.js';
import { checkId, checkInput, forFaces } from './check-input.js';
import { type Language, readLanguage } from './language.js';
import { toOpenApiSchema } from './openapi-schema.js';
import { type Face, readFace } from './read-face.js';

/** OpenAPI carries the body as our own face takes it, without other fields, to `buildOpenApi`. */
export const STRICT_BODY_EXTENSION = 'x-tawkee-strict-body';

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>();

const languageOf = (request: FastifyRequest) => readLanguage(request.headers['accept-language']);

/** A parameter decorator that documents its method as well: Nest has no place of its own for that. */
const documented =
  (read: (context: ExecutionContext) => unknown, ...docs: MethodDecorator[]): ParameterDecorator =>
  (target, key, index) => {
    createParamDecorator((_: unknown, context: ExecutionContext) => read(context))()(target, key, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, key!);
    for (const document of docs) document(target, key!, descriptor!);
  };

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** The body, checked. @throws UNSUPPORTED_MEDIA_TYPE unless it came as JSON, VALIDATION_FAILED naming each field */
export function ValidBody(schema: z.ZodObject | z.ZodUnion): ParameterDecorator {
  const faces = forFaces(schema);
  const read = (context: ExecutionContext) => {
    const request = requestOf(context);
    const type = request.headers['content-type'];
    if (type !== undefined && !JSON_TYPE.test(type)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    return checkInput(faces[readFace(request.url)], request.body ?? {}, languageOf(request));
  };
  return documented(
    read,
    ApiBody({ schema: toOpenApiSchema(schema, 'input') }),
    ApiExtension(STRICT_BODY_EXTENSION, toOpenApiSchema(faces.own, 'input')) as MethodDecorator,
  );
}

/** The query string, checked. @throws VALIDATION_FAILED naming each field */
export function ValidQuery(schema: z.ZodObject): ParameterDecorator {
  const faces = forFaces(schema);
  const read = (context: ExecutionContext) => {
    const request = requestOf(context);
    return checkInput(faces[readFace(request.url)], { ...(request.query as object) }, languageOf(request));
  };
  const docs = Object.entries(schema.shape).map(([name, field]) =>
    ApiQuery({ name, required: false, schema: toOpenApiSchema(field as z.ZodType, 'input') }),
  );
  return documented(read, ...docs);
}

/** The face a request came in on, for the few services that read a value differently there. */
export const CurrentFace = createParamDecorator(
  (_: unknown, context: ExecutionContext): Face => readFace(requestOf(context).url),
);

/** The language the caller reads, for the few answers that hold a sentence. */
export const ReaderLanguage = createParamDecorator(
  (_: unknown, context: ExecutionContext): Language => languageOf(requestOf(context)),
);

/** An id of the path. @throws MALFORMED_ID unless it is a UUID; runs after the guard, so only signed-in callers see it */
export function Id(name: string): ParameterDecorator {
  const read = (context: ExecutionContext) =>
    checkId((requestOf(context).params as Record<string, unknown> | undefined)?.[name]);
  return documented(read, ApiParam({ name, schema: { type: 'string', format: 'uuid' } }));
}

/** A part of the path that is no id, checked. @throws VALIDATION_FAILED naming it */
export function PathText(name: string, schema: z.ZodString): ParameterDecorator {
  const read = (context: ExecutionContext) => {
    const request = requestOf(context);
    const value = (request.params as Record<string, unknown> | undefined)?.[name];
    return checkInput(z.object({ [name]: schema }), { [name]: value }, languageOf(request))[name];
  };
  return documented(read, ApiParam({ name, schema: toOpenApiSchema(schema, 'input') }));
}
