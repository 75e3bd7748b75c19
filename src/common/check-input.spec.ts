import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from './app-error.js';
import { checkId, checkInput, forFaces } from './check-input.js';
import { publicUrl } from './fields.js';
import type { Language } from './language.js';
import type { Face } from './read-face.js';

const faces = forFaces(z.object({ name: z.string(), hours: z.array(z.object({ start: z.string() })).optional() }));
const run = (face: Face, value: unknown) => {
  try {
    return checkInput(faces[face], value);
  } catch (error) {
    return error instanceof AppError ? error.extra.errors?.map((e) => e.path) : error;
  }
};

describe('checkInput', () => {
  it.each<{ name: string; input: [Face, string]; expected: unknown }>([
    { name: 'what fits passes', input: ['own', '{"name":"a"}'], expected: { name: 'a' } },
    { name: 'our own face names an unknown field', input: ['own', '{"name":"a","nope":1}'], expected: ['nope'] },
    { name: 'the published face ignores it', input: ['v2', '{"name":"a","nope":1}'], expected: { name: 'a' } },
    { name: 'a path into a list', input: ['own', '{"name":"a","hours":[{"start":5}]}'], expected: ['hours.0.start'] },
    {
      name: 'our own face names an unknown field of an item',
      input: ['own', '{"name":"a","hours":[{"start":"1","nope":1}]}'],
      expected: ['hours.0.nope'],
    },
    { name: 'an array is no object', input: ['v2', '[]'], expected: [''] },
    { name: 'null is no object', input: ['v2', 'null'], expected: [''] },
    { name: 'an object is no string', input: ['v2', '{"name":{"length":3}}'], expected: ['name'] },
    {
      name: 'constructor is an unknown field',
      input: ['own', '{"name":"a","constructor":{}}'],
      expected: ['constructor'],
    },
    {
      name: '__proto__ changes nothing',
      input: ['v2', '{"name":"a","__proto__":{"admin":true}}'],
      expected: { name: 'a' },
    },
  ])('$name', ({ input: [face, json], expected }) => {
    const result = run(face, JSON.parse(json));
    expect(result).toEqual(expected);
    expect((result as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('languages and addresses', () => {
  const schema = z.object({ name: z.string().min(2), url: publicUrl().optional() });
  const refusal = (value: unknown, language?: Language) => {
    try {
      return checkInput(schema, value, language);
    } catch (error) {
      const { code, extra } = error as AppError;
      return [code, extra.errors?.map((e) => `${e.path}: ${e.message}`)];
    }
  };
  it.each<{ name: string; input: [unknown, Language?]; expected: unknown }>([
    { name: 'English', input: [{ name: 5 }], expected: /name: Invalid input: expected string/ },
    { name: 'Portuguese', input: [{ name: 5 }, 'pt'], expected: /name: Entrada inválida: esperava um texto/ },
    { name: 'Spanish', input: [{ name: 5 }, 'es'], expected: /name: Entrada inválida: se esperaba texto/ },
    {
      name: 'an inner address has its own code',
      input: [{ name: 'ab', url: 'http://10.0.0.1/' }],
      expected: /URL_NOT_ALLOWED.*url: must be a public address/,
    },
    {
      name: 'an inner address among other faults',
      input: [{ name: 'a', url: 'http://10.0.0.1/' }],
      expected: /VALIDATION_FAILED/,
    },
  ])('$name', ({ input: [value, language], expected }) => {
    expect(JSON.stringify(refusal(value, language))).toMatch(expected as RegExp);
  });
});

describe('checkId', () => {
  const id = '0193ABCD-0000-7000-8000-0123456789ab';
  it('answers the id in lower case', () => expect(checkId(id)).toBe(id.toLowerCase()));
  it.each([
    { name: 'a word', input: 'abc' },
    { name: 'quotes', input: `${id}'` },
    { name: 'nothing', input: undefined },
    { name: 'without dashes', input: id.replaceAll('-', '') },
  ])('refuses $name', ({ input }) => {
    expect(() => checkId(input)).toThrow(expect.objectContaining({ code: 'MALFORMED_ID' }));
  });
});
