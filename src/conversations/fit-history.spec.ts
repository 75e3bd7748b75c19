import { describe, expect, it } from 'vitest';
import { estimateTokens, fitHistory } from './fit-history.js';

const lines = (...texts: string[]) => texts.map((text) => ({ text }));

describe('fitHistory', () => {
  it.each([
    { name: 'nothing', input: { texts: [], max: 100 }, expected: [] },
    { name: 'all that fits', input: { texts: ['um', 'dois'], max: 100 }, expected: ['um', 'dois'] },
    { name: 'the newest, to the token', input: { texts: ['um', 'dois', 'três'], max: 12 }, expected: ['dois', 'três'] },
    { name: 'one token less', input: { texts: ['um', 'dois', 'três'], max: 11 }, expected: ['três'] },
    {
      name: 'no gap: what is before a long line is left out too',
      input: { texts: ['um', 'x'.repeat(900), 'três'], max: 50 },
      expected: ['três'],
    },
    { name: 'no budget', input: { texts: ['um'], max: 0 }, expected: [] },
  ])('$name', ({ input, expected }) => {
    expect(fitHistory(lines(...input.texts), input.max).map((l) => l.text)).toEqual(expected);
  });

  it('estimates from the characters', () => {
    expect(['', 'abc', 'abcd'].map(estimateTokens)).toEqual([0, 1, 2]);
  });
});
