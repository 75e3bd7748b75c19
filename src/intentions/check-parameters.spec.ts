import { expect, it } from 'vitest';
import { whyNotParameters } from './check-parameters.js';

const nested = (depth: number): object => (depth === 0 ? {} : { items: nested(depth - 1) });
const wide = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, {}]));

it.each<{ name: string; schema: Record<string, unknown>; expected: RegExp | undefined }>([
  { name: 'an empty object', schema: { type: 'object' }, expected: undefined },
  {
    name: 'a list of objects',
    schema: {
      type: 'object',
      properties: { items: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } } },
      required: ['items'],
    },
    expected: undefined,
  },
  {
    name: 'a property called pattern',
    schema: { type: 'object', properties: { pattern: { type: 'string' } } },
    expected: undefined,
  },
  { name: 'no object', schema: { type: 'string' }, expected: /type "object"/ },
  { name: 'nothing', schema: {}, expected: /type "object"/ },
  { name: 'too deep', schema: { type: 'object', ...nested(12) }, expected: /nested/ },
  { name: 'too much', schema: { type: 'object', properties: wide(600) }, expected: /more than 500/ },
  { name: 'a long text', schema: { type: 'object', description: 'a'.repeat(2_001) }, expected: /longer/ },
  {
    name: 'a regular expression',
    schema: { type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } },
    expected: /pattern/,
  },
  { name: 'a reference', schema: { type: 'object', properties: { a: { $ref: 'https://x/' } } }, expected: /\$ref/ },
])('$name', ({ schema, expected }) => {
  if (expected) expect(whyNotParameters(schema)).toMatch(expected);
  else expect(whyNotParameters(schema)).toBeUndefined();
});
