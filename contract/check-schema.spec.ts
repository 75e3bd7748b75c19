import { describe, expect, it } from 'vitest';
import { checkSchema, type PublishedSchema } from './check-schema.js';

const person: PublishedSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer' },
    kind: { type: 'string', enum: ['A', 'B'] },
    note: { type: 'string', nullable: true },
    since: { type: 'string', format: 'date-time' },
  },
};
const good = { name: 'x', age: 1, kind: 'A', note: null, since: '2026-01-01T00:00:00Z' };
const named: Record<string, PublishedSchema> = { '#/components/schemas/Person': person };

describe('checkSchema', () => {
  it.each<{ name: string; input: [unknown, PublishedSchema]; expected: string[] }>([
    { name: 'what was published', input: [good, person], expected: [] },
    { name: 'more than was published', input: [{ ...good, extra: 1 }, person], expected: [] },
    {
      name: 'a missing field',
      input: [{ ...good, name: undefined }, person],
      expected: ['$.name is a undefined instead of string'],
    },
    {
      name: 'an absent field',
      input: [{ age: 1, kind: 'A', note: '', since: '' }, person],
      expected: ['$.name is missing'],
    },
    {
      name: 'another type',
      input: [{ ...good, age: '1' }, person],
      expected: ['$.age is a string instead of integer'],
    },
    { name: 'a fraction', input: [{ ...good, age: 1.5 }, person], expected: ['$.age is a number instead of integer'] },
    { name: 'null where there is none', input: [{ ...good, name: null }, person], expected: ['$.name is null'] },
    {
      name: 'a value of no enumeration',
      input: [{ ...good, kind: 'C' }, person],
      expected: ['$.kind is "C", which is none of the published values'],
    },
    {
      name: 'a date that is none',
      input: [{ ...good, since: 'yesterday' }, person],
      expected: ['$.since is a string instead of string (date-time)'],
    },
    {
      name: 'an item of a list',
      input: [[good, {}], { type: 'array', items: { $ref: '#/components/schemas/Person' } }],
      expected: ['name', 'age', 'kind', 'note', 'since'].map((field) => `$[1].${field} is missing`),
    },
    {
      name: 'an object for a list',
      input: [good, { type: 'array', items: person }],
      expected: ['$ is a object instead of a list'],
    },
    {
      name: 'one of several',
      input: [
        { connected: true },
        { oneOf: [person, { type: 'object', properties: { connected: { type: 'boolean' } } }] },
      ],
      expected: [],
    },
    {
      name: 'none of several: the nearest miss',
      input: [{ ...good, age: 'x' }, { oneOf: [{ type: 'array' }, person] }],
      expected: ['$ is a object instead of a list'],
    },
  ])('$name', ({ input: [value, schema], expected }) => {
    const mismatches = checkSchema(value, schema, (ref) => named[ref]!);
    expect(mismatches.map(({ path, problem }) => `${path} ${problem}`)).toEqual(expected);
  });
});
