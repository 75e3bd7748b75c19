import { describe, expect, it } from 'vitest';
import { hashText } from './hash-text.js';

describe('hashText', () => {
  const cases = [
    { name: 'outer space', input: ['  oi\n', 'oi'], expected: true },
    { name: 'line ends', input: ['a\r\nb\rc', 'a\nb\nc'], expected: true },
    { name: 'composition', input: ['a\u0303', 'ã'], expected: true },
    { name: 'case', input: ['Oi', 'oi'], expected: false },
    { name: 'inner space', input: ['a  b', 'a b'], expected: false },
  ] as { name: string; input: [string, string]; expected: boolean }[];
  it.each(cases)('$name', ({ input: [a, b], expected }) => {
    expect(Buffer.compare(hashText(a), hashText(b)) === 0).toBe(expected);
  });
});
