import { describe, expect, it } from 'vitest';
import { typingDelay } from './typing-delay.js';

describe('typingDelay', () => {
  it.each([
    { name: 'a word still takes a moment', input: 'Oi', expected: 700 },
    { name: 'grows with the text', input: 'x'.repeat(100), expected: 3_000 },
    { name: 'counts an emoji once', input: '😀'.repeat(50), expected: 1_500 },
    { name: 'never bores', input: 'x'.repeat(5_000), expected: 6_000 },
  ])('$name', ({ input, expected }) => {
    expect(typingDelay(input)).toBe(expected);
  });
});
