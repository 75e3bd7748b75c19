import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ANSWER_EXTENSION, shapeOf } from './answer.decorators.js';
import { PUBLIC_EXTENSION } from './auth.decorators.js';
import { completeOperation, ERROR_SCHEMAS } from './complete-operation.js';
import { DESCRIPTION_EXTENSION, type OperationDescription } from './describe.decorators.js';
import { STRICT_BODY_EXTENSION } from './input.decorators.js';
import type { SchemaObject } from './openapi-schema.js';
import { readFace } from './read-face.js';

const CARRIED = [ANSWER_EXTENSION, STRICT_BODY_EXTENSION, DESCRIPTION_EXTENSION, PUBLIC_EXTENSION];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI document of both faces; the same routes always give the same text. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Tawkee')
    .setDescription(
      [
        'WhatsApp automation. To try a route here: `POST /auth/register` (or `/auth/login`), press Authorize, and paste the `accessToken` of its answer, or an API key.',
        'Every `/v2` route also exists without the prefix, where it answers `{data, meta}` and refuses fields it does not know. `x-action` says what a role must be allowed to do.',
        'Failures are `application/problem+json` (under `/v2`: `{error, code, requestId}`); programs read `code`, people the sentence, in Portuguese, English or Spanish by Accept-Language.',
      ].join('\n\n'),
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, info, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const paths: OpenAPIObject['paths'] = {};
  for (const path of Object.keys(document.paths).sort()) {
    const item = document.paths[path]!;
    const face = readFace(path);
    for (const method of METHODS) {
      const operation = item[method] as (typeof item)[typeof method] & Record<string, unknown>;
      if (!operation) continue;
      const shape = shapeOf(String(operation[ANSWER_EXTENSION]));
      const strictSchema = face === 'own' ? (operation[STRICT_BODY_EXTENSION] as SchemaObject | undefined) : undefined;
      const description = (operation[DESCRIPTION_EXTENSION] ?? {}) as OperationDescription;
      const isPublic = operation[PUBLIC_EXTENSION] === true;
      for (const carried of CARRIED) delete operation[carried];
      item[method] = completeOperation(operation, {
        face,
        shape,
        strictSchema,
        isPublic,
        description,
      }) as typeof operation;
    }
    paths[path] = item;
  }
  return { ...document, paths, components: { ...document.components, schemas: ERROR_SCHEMAS } };
}

/** Serves the document at `/api-json` and its page at `/api`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api', app, () => buildOpenApi(app), { jsonDocumentUrl: 'api-json', raw: ['json'] });
}
