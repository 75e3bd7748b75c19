import { describe, expect, it } from 'vitest';
import { containsWords, plainWords } from './plain-words.js';

describe('plainWords', () => {
  it.each([
    { name: 'case and accents', input: 'PROMOÇÃO', expected: 'promocao' },
    { name: 'space', input: '  quero \n a  promoção ', expected: 'quero a promocao' },
    { name: 'nothing', input: ' \t', expected: '' },
  ])('$name', ({ input, expected }) => expect(plainWords(input)).toBe(expected));
});

describe('containsWords', () => {
  it.each([
    { name: 'inside', input: ['Oi, quero a PROMOCAO!', 'promoção'], expected: true },
    { name: 'absent', input: ['oi', 'promoção'], expected: false },
    { name: 'no trigger', input: ['oi', null], expected: false },
    { name: 'an empty trigger', input: ['oi', '  '], expected: false },
  ] as const)('$name', ({ input, expected }) => expect(containsWords(input[0], input[1])).toBe(expected));
});
