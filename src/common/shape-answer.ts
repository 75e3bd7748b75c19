import type { AnswerShape } from './answer.decorators.js';
import { type Page, toMeta } from './pagination.js';
import type { Face } from './read-face.js';

/** What goes out: the body, its status, and the headers that belong to the body. */
export interface ShapedAnswer {
  readonly status: 200 | 201;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Turns what a handler returned into the answer of a face, by the declared shape and never by looking at keys.
 * Fields the face does not show are left out. @throws ZodError when a handler broke its own promise
 */
export function shapeAnswer(value: unknown, shape: AnswerShape, face: Face): ShapedAnswer {
  const schema = shape.item[face];
  const status = shape.created && face === 'own' ? 201 : 200;
  if (shape.kind === 'one') {
    const one = schema.parse(value);
    return { status, headers: {}, body: face === 'v2' ? one : { data: one } };
  }
  if (shape.kind === 'list') {
    const items = (value as readonly unknown[]).map((item) => schema.parse(item));
    if (face === 'own') return { status, headers: {}, body: { data: items } };
    return { status, headers: { 'x-total-count': String(items.length) }, body: items };
  }
  const page = value as Page<unknown>;
  const items = page.items.map((item) => schema.parse(item));
  if (face === 'own') return { status, headers: {}, body: { data: items, meta: toMeta(page) } };
  const body = shape.v2List === 'counted' ? { data: items, count: page.total } : items;
  return { status, headers: { 'x-total-count': String(page.total) }, body };
}
