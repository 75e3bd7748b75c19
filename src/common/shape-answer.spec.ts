import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnswerShape } from './answer.decorators.js';
import type { Face } from './read-face.js';
import { shapeAnswer } from './shape-answer.js';

const item = { v2: z.object({ id: z.string() }), own: z.object({ id: z.string(), version: z.number() }) };
const view = { id: 'a', version: 3, secret: 'never shown' };
const page = { items: [view], total: 7, page: 2, pageSize: 3 };
const shape = (over: Partial<AnswerShape>): AnswerShape => ({
  kind: 'one',
  item,
  created: false,
  v2List: 'bare',
  ...over,
});

describe('shapeAnswer', () => {
  it.each<{ name: string; input: [unknown, AnswerShape, Face]; expected: unknown }>([
    {
      name: 'one on /v2 is bare, without our own fields',
      input: [view, shape({}), 'v2'],
      expected: { status: 200, headers: {}, body: { id: 'a' } },
    },
    {
      name: 'one on our own face stands under data',
      input: [view, shape({}), 'own'],
      expected: { status: 200, headers: {}, body: { data: { id: 'a', version: 3 } } },
    },
    {
      name: 'a creation is 201 on our own face',
      input: [view, shape({ created: true }), 'own'],
      expected: { status: 201, headers: {}, body: { data: { id: 'a', version: 3 } } },
    },
    {
      name: 'a creation is 200 on /v2',
      input: [view, shape({ created: true }), 'v2'],
      expected: { status: 200, headers: {}, body: { id: 'a' } },
    },
    {
      name: 'a list on /v2 is an array and its length',
      input: [[view], shape({ kind: 'list' }), 'v2'],
      expected: { status: 200, headers: { 'x-total-count': '1' }, body: [{ id: 'a' }] },
    },
    {
      name: 'a page on /v2 is an array and the total of all pages',
      input: [page, shape({ kind: 'page' }), 'v2'],
      expected: { status: 200, headers: { 'x-total-count': '7' }, body: [{ id: 'a' }] },
    },
    {
      name: 'a counted page on /v2',
      input: [page, shape({ kind: 'page', v2List: 'counted' }), 'v2'],
      expected: { status: 200, headers: { 'x-total-count': '7' }, body: { data: [{ id: 'a' }], count: 7 } },
    },
    {
      name: 'a page on our own face has meta',
      input: [page, shape({ kind: 'page' }), 'own'],
      expected: {
        status: 200,
        headers: {},
        body: { data: [{ id: 'a', version: 3 }], meta: { total: 7, page: 2, pageSize: 3, totalPages: 3 } },
      },
    },
  ])('$name', ({ input, expected }) => {
    expect(shapeAnswer(...input)).toEqual(expected);
  });

  it('refuses a view model that breaks the declared type', () => {
    expect(() => shapeAnswer({ id: 5 }, shape({}), 'v2')).toThrow();
  });
});
