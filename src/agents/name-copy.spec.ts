import { expect, it } from 'vitest';
import { nameCopy } from './name-copy.js';

it.each([
  { name: 'Bia', taken: ['Bia'], expected: 'Bia (2)' },
  { name: 'Bia', taken: ['Bia', 'Bia (2)', 'Bia (3)'], expected: 'Bia (4)' },
  { name: 'Bia (2)', taken: ['Bia (2)'], expected: 'Bia (3)' },
  { name: 'Bia (2)', taken: [], expected: 'Bia (2)' },
  { name: 'Bia (x)', taken: [], expected: 'Bia (x) (2)' },
  { name: 'b'.repeat(20), taken: [], expected: `${'b'.repeat(16)} (2)` },
  { name: `${'b'.repeat(15)}\u{1f600}cc`, taken: [], expected: `${'b'.repeat(15)} (2)` },
])('$name, with $taken taken', ({ name, taken, expected }) => {
  expect(nameCopy(name, new Set(taken), 20)).toBe(expected);
});
