import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Face } from './read-face.js';

/** How one route answers: what each face shows of the view model, and in which envelope. */
export interface AnswerShape {
  readonly kind: 'one' | 'list' | 'page';
  readonly item: Readonly<Record<Face, z.ZodType>>;
  /** Our own face answers 201; `/v2` always answers 200. */
  readonly created: boolean;
  /** How `/v2` wraps a list: nothing around it and `X-Total-Count`, or `{data, count}`. */
  readonly v2List: 'bare' | 'counted';
}

type Schemas = z.ZodType | Readonly<Record<Face, z.ZodType>>;

/** Metadata key of the AnswerShape. */
export const ANSWER = 'tawkee:answer';

/** OpenAPI carries this extension from the decorator to `buildOpenApi`, which replaces it by the responses. */
export const ANSWER_EXTENSION = 'x-tawkee-answer';

const byFace = (schemas: Schemas): Readonly<Record<Face, z.ZodType>> =>
  'v2' in schemas && 'own' in schemas ? schemas : { v2: schemas as z.ZodType, own: schemas as z.ZodType };

const declare = (shape: AnswerShape) =>
  applyDecorators(SetMetadata(ANSWER, shape), ApiExtension(ANSWER_EXTENSION, registerShape(shape)));

const shapes: AnswerShape[] = [];
const registerShape = (shape: AnswerShape): string => String(shapes.push(shape) - 1);

/** The shape a decorator registered under this key; undefined for a key it never gave out. */
export const shapeOf = (key: string): AnswerShape | undefined => shapes[Number(key)];

/** The route answers one object: bare on `/v2`, `{data}` on our own face. */
export const Answers = (schemas: Schemas, options: { created?: boolean } = {}) =>
  declare({ kind: 'one', item: byFace(schemas), created: options.created ?? false, v2List: 'bare' });

/** The route answers a whole list that is never paged: a bare array on `/v2`, `{data: […]}` on our own face. */
export const AnswersList = (item: Schemas) =>
  declare({ kind: 'list', item: byFace(item), created: false, v2List: 'bare' });

/** The route answers a `Page`: on `/v2` as `v2List` says, `{data, meta}` on our own face. */
export const AnswersPage = (item: Schemas, options: { v2List?: 'bare' | 'counted' } = {}) =>
  declare({ kind: 'page', item: byFace(item), created: false, v2List: options.v2List ?? 'bare' });
