import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ANSWER_EXTENSION, shapeOf } from './answer.decorators.js';
import { completeOperation, ERROR_SCHEMAS } from './complete-operation.js';
import { DESCRIPTION_EXTENSION } from './describe.decorators.js';
import { STRICT_BODY_EXTENSION } from './input.decorators.js';
import { readFace } from './read-face.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI document of both faces; the same routes always give the same text. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Tawkee')
    .setDescription(
      'WhatsApp automation. Every /v2 route also exists without the prefix, where it answers {data, meta}.',
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
      const isStrict = operation[STRICT_BODY_EXTENSION] === true && face === 'own';
      delete operation[ANSWER_EXTENSION];
      delete operation[STRICT_BODY_EXTENSION];
      delete operation[DESCRIPTION_EXTENSION];
      item[method] = completeOperation(operation, { face, shape, isStrict }) as typeof operation;
    }
    paths[path] = item;
  }
  return { ...document, paths, components: { ...document.components, schemas: ERROR_SCHEMAS } };
}

/** Serves the document at `/api-json` and its page at `/api`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api', app, () => buildOpenApi(app), { jsonDocumentUrl: 'api-json', raw: ['json'] });
}
