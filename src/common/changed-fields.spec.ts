import { expect, it } from 'vitest';
import { changedFields } from './changed-fields.js';

it.each<{ name: string; before: object; change: object; expected: string[] }>([
  { name: 'nothing given', before: { a: 1 }, change: {}, expected: [] },
  { name: 'undefined is not given', before: { a: 1 }, change: { a: undefined }, expected: [] },
  { name: 'the same', before: { a: 1, b: null }, change: { a: 1, b: null }, expected: [] },
  {
    name: 'another value and a cleared one',
    before: { b: 'x', a: 1 },
    change: { b: null, a: 2 },
    expected: ['a', 'b'],
  },
  { name: 'equal lists', before: { a: [{ b: 1 }] }, change: { a: [{ b: 1 }] }, expected: [] },
  { name: 'another order', before: { a: [1, 2] }, change: { a: [2, 1] }, expected: ['a'] },
])('$name', ({ before, change, expected }) => {
  expect(changedFields(before, change)).toEqual(expected);
});
