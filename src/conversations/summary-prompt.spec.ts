import { describe, expect, it } from 'vitest';
import { summaryPrompt } from './summary-prompt.js';

const said = (role: 'user' | 'assistant', text: string) => ({ role, text });
const dataOf = (...input: Parameters<typeof summaryPrompt>) => JSON.parse(summaryPrompt(...input).messages[0].text);

describe('summaryPrompt', () => {
  it.each([
    {
      name: 'a first conversation',
      input: { earlier: null, lines: [said('user', 'Quero um bolo'), said('assistant', 'Claro!')] },
      expected: { earlierSummary: null, conversation: 'CUSTOMER: Quero um bolo\nBUSINESS: Claro!' },
    },
    {
      name: 'the notes so far',
      input: { earlier: 'Gosta de cenoura.', lines: [said('user', 'oi')] },
      expected: { earlierSummary: 'Gosta de cenoura.', conversation: 'CUSTOMER: oi' },
    },
  ])('$name', ({ input, expected }) => {
    expect(dataOf(input.earlier, input.lines)).toEqual(expected);
  });

  it('takes the end of what is too long', () => {
    const { conversation } = dataOf(null, [said('user', 'x'.repeat(40_000)), said('user', 'tchau')]);
    expect([conversation.length, conversation.endsWith('tchau')]).toEqual([30_000, true]);
  });
});
