import { describe, expect, it } from 'vitest';
import { wantsPerson } from './wants-person.js';

describe('wantsPerson', () => {
  it.each([
    { name: 'Portuguese', input: 'Humano!', expected: true },
    { name: 'a short sentence', input: 'Quero falar com uma pessoa, por favor', expected: true },
    { name: 'English', input: 'talk to a human please', expected: true },
    { name: 'Spanish', input: '¿Asesor?', expected: true },
    { name: 'accents', input: 'Não quero falar com robô', expected: true },
    { name: 'opt-out', input: 'PARAR', expected: true },
    { name: 'a word within a sentence', input: 'vocês vendem seguro para ser humano?', expected: false },
    { name: 'a longer request', input: 'quero um bolo para uma pessoa', expected: false },
    { name: 'nothing', input: '', expected: false },
  ])('$name', ({ input, expected }) => expect(wantsPerson(input)).toBe(expected));
});
