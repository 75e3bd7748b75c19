import { describe, expect, it } from 'vitest';
import { type ExampleSchema, exampleOf } from './example-of.js';

const text: ExampleSchema = { type: 'string' };

describe('exampleOf', () => {
  it.each<{ name: string; input: [ExampleSchema, 'input' | 'output', string?]; expected: unknown }>([
    { name: 'its own example wins', input: [{ type: 'string', example: 'x', enum: ['y'] }, 'input'], expected: 'x' },
    { name: 'a default', input: [{ type: 'integer', default: 25 }, 'output'], expected: 25 },
    { name: 'the first of an enumeration', input: [{ type: 'string', enum: ['A', 'B'] }, 'input'], expected: 'A' },
    { name: 'an id', input: [{ type: 'string', format: 'uuid' }, 'output'], expected: /^[\da-f-]{36}$/ },
    { name: 'a name we know', input: [text, 'output', 'email'], expected: 'ana@example.com' },
    { name: 'a key every object has is no name we know', input: [text, 'output', 'constructor'], expected: 'text' },
    { name: 'an address by its name', input: [text, 'input', 'callbackUrl'], expected: 'https://example.com/path' },
    { name: 'a number above its minimum', input: [{ type: 'integer', minimum: 60 }, 'input'], expected: 60 },
    { name: 'the first alternative', input: [{ anyOf: [{ type: 'boolean' }, text] }, 'output'], expected: true },
    {
      name: 'an answer with everything in it',
      input: [
        { type: 'object', properties: { name: text, tags: { type: 'array', items: text } }, required: ['name'] },
        'output',
      ],
      expected: { name: 'Doces do Porto', tags: ['text'] },
    },
    {
      name: 'a body with what is needed and what has an example',
      input: [
        {
          type: 'object',
          properties: { name: text, note: text, size: { type: 'integer', example: 3 } },
          required: ['name'],
        },
        'input',
      ],
      expected: { name: 'Doces do Porto', size: 3 },
    },
  ])('$name', ({ input: [schema, io, key], expected }) => {
    const example = exampleOf(schema, io, key);
    if (expected instanceof RegExp) expect(example).toMatch(expected);
    else expect(example).toEqual(expected);
  });
});
