import { describe, expect, it } from 'vitest';
import { readLanguage } from './language.js';

describe('readLanguage', () => {
  it.each([
    { name: 'Brazilian Portuguese', input: 'pt-BR,pt;q=0.9,en;q=0.8', expected: 'pt' },
    { name: 'Spanish by quality', input: 'en;q=0.5, es-AR', expected: 'es' },
    { name: 'the first we speak', input: 'fr-FR, de;q=0.9, pt;q=0.2', expected: 'pt' },
    { name: 'refused with q=0', input: 'pt;q=0, es;q=0.1', expected: 'es' },
    { name: 'none we speak', input: 'fr', expected: 'en' },
    { name: 'nothing', input: undefined, expected: 'en' },
    { name: 'nonsense', input: ';;,q=,-', expected: 'en' },
    { name: 'a key every object has', input: 'constructor', expected: 'en' },
  ])('$name', ({ input, expected }) => {
    expect(readLanguage(input)).toBe(expected);
  });
});
