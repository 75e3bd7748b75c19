import { expect, it } from 'vitest';
import { JSON_NAME, toJsonName } from './name-field.js';

it.each([
  { name: 'words', input: 'Favourite cake', expected: 'favourite_cake' },
  { name: 'accents', input: 'Opção de Açaí', expected: 'opcao_de_acai' },
  { name: 'signs at the ends', input: '  *Valor (R$)* ', expected: 'valor_r' },
  { name: 'a digit first', input: '2ª via', expected: '_2a_via' },
  { name: 'no letters at all', input: '???', expected: 'field' },
  { name: 'another script', input: '生日', expected: 'field' },
  { name: 'a long name', input: 'a'.repeat(100), expected: 'a'.repeat(64) },
  { name: 'a long number', input: '1'.repeat(100), expected: `_${'1'.repeat(63)}` },
  { name: 'a cut at a gap', input: `${'a'.repeat(63)} b`, expected: 'a'.repeat(63) },
])('$name', ({ input, expected }) => {
  expect(toJsonName(input)).toBe(expected);
  expect(toJsonName(input)).toMatch(JSON_NAME);
});
