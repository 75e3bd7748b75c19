import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitMessage } from './split-message.js';

const sentence = 'Entregamos em todo o Recife de segunda a sexta, das nove às dezoito horas, sem custo.';
const long = Array.from({ length: 10 }, () => sentence).join(' ');
const list = Array.from({ length: 30 }, (_, i) => `- item número ${i} da nossa lista de produtos`).join('\n');

describe('splitMessage', () => {
  it.each([
    { name: 'nothing', input: { text: ' \n ', split: true }, expected: [] },
    { name: 'one line', input: { text: 'Olá!', split: true }, expected: ['Olá!'] },
    {
      name: 'paragraphs are bubbles',
      input: { text: `${sentence}\n\n${sentence}`, split: true },
      expected: [sentence, sentence],
    },
    {
      name: 'a short opening stays with what follows',
      input: { text: `Olá, Ana!\n\n${sentence}`, split: true },
      expected: [`Olá, Ana!\n\n${sentence}`],
    },
    { name: 'a list stays whole', input: { text: list, split: true }, expected: [list] },
    {
      name: 'code stays whole, blank lines and all',
      input: { text: '```\na\n\nb\n```', split: true },
      expected: ['```\na\n\nb\n```'],
    },
    {
      name: 'split off: one bubble',
      input: { text: `${sentence}\n\n${sentence}`, split: false },
      expected: [`${sentence}\n\n${sentence}`],
    },
  ])('$name', ({ input, expected }) => {
    expect(splitMessage(input.text, input.split)).toEqual(expected);
  });

  it('cuts a long paragraph between sentences', () => {
    const parts = splitMessage(long, true);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.endsWith('custo.')).toBe(true);
    expect(parts.join(' ')).toBe(long);
  });

  it('never sends more than six bubbles of an ordinary reply', () => {
    expect(splitMessage(Array.from({ length: 20 }, () => sentence).join('\n\n'), true)).toHaveLength(6);
  });

  it('loses no word, keeps the limit and never cuts a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 6_000 }), fc.boolean(), (text, split) => {
        const parts = splitMessage(text, split);
        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        for (const part of parts) expect([...part].length).toBeLessThanOrEqual(4_000);
        for (const part of parts) expect(part.isWellFormed()).toBe(text.isWellFormed());
      }),
      { numRuns: 60 },
    );
  });
});
