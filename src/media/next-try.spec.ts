import { describe, expect, it } from 'vitest';
import { nextTry, type Setback } from './next-try.js';

describe('nextTry', () => {
  const cases: { name: string; input: [Setback, number]; expected: number | null }[] = [
    { name: 'the row is on its way', input: ['absent', 1], expected: 5_000 },
    { name: 'once more', input: ['absent', 2], expected: 25_000 },
    { name: 'it never came', input: ['absent', 3], expected: null },
    { name: 'a gateway that restarts', input: ['unreachable', 7], expected: 300_000 },
    { name: 'a gateway that is gone', input: ['unreachable', 8], expected: null },
    { name: 'a busy model', input: ['model_busy', 1], expected: 2_000 },
    { name: 'a model that stays busy', input: ['model_busy', 4], expected: null },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(nextTry(...input)).toBe(expected);
  });
});
