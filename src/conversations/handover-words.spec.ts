import { expect, it } from 'vitest';
import { handoverWords } from './handover-words.js';

it.each([
  { input: 'Oi, vocês têm bolo de cenoura?', expected: /^Vou chamar/ },
  { input: 'Hola, ¿cuánto cuesta el pastel?', expected: /^Voy a llamar/ },
  { input: 'Hi, do you have a cake for tomorrow?', expected: /^I will ask/ },
  { input: '👍', expected: /^Vou chamar/ },
])('$input', ({ input, expected }) => {
  expect(handoverWords([{ text: input }])).toMatch(expected);
});
