import { describe, expect, it } from 'vitest';
import { readFace } from './read-face.js';

describe('readFace', () => {
  it.each([
    { name: 'published route', input: '/v2/workspaces', expected: 'v2' },
    { name: 'published root with a query', input: '/v2?page=1', expected: 'v2' },
    { name: 'own route', input: '/workspaces', expected: 'own' },
    { name: 'v2 only as a prefix of a word', input: '/v20/workspaces', expected: 'own' },
    { name: 'v2 only in the query', input: '/agents?from=/v2/x', expected: 'own' },
  ])('$name', ({ input, expected }) => {
    expect(readFace(input)).toBe(expected);
  });
});
