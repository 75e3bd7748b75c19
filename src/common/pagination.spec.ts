import { describe, expect, it } from 'vitest';
import { toLikePattern, toMeta, toNameFilter, toSlice } from './pagination.js';

describe('toSlice', () => {
  it.each([
    { name: 'first page', input: { page: 1, pageSize: 25 }, expected: { skip: 0, take: 25 } },
    { name: 'third page', input: { page: 3, pageSize: 10 }, expected: { skip: 20, take: 10 } },
  ])('$name', ({ input, expected }) => expect(toSlice(input)).toEqual(expected));
});

describe('toMeta', () => {
  it.each([
    { name: 'nothing', input: 0, expected: 0 },
    { name: 'one page exactly', input: 10, expected: 1 },
    { name: 'one more', input: 11, expected: 2 },
  ])('$name', ({ input: total, expected: totalPages }) => {
    expect(toMeta({ items: [], total, page: 1, pageSize: 10 })).toEqual({ total, page: 1, pageSize: 10, totalPages });
  });

  it.each([null, 'abc'])('a list that is read by cursor says where to go on: %s', (nextCursor) => {
    expect(toMeta({ items: [], total: 0, page: 1, pageSize: 10, nextCursor })).toMatchObject({ nextCursor });
  });
});

describe('toNameFilter', () => {
  it.each([
    { name: 'words', input: 'Ana B', expected: 'Ana B' },
    { name: 'wildcards of LIKE', input: '100%_a\\', expected: '100\\%\\_a\\\\' },
  ])('$name', ({ input, expected }) => {
    expect(toNameFilter(input)).toEqual({ contains: expected, mode: 'insensitive' });
    expect(toLikePattern(input)).toBe(`%${expected}%`);
  });
});
