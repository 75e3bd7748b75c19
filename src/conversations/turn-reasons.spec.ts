import { describe, expect, it } from 'vitest';
import { translate } from '../common/sentences.js';
import { explainReason, REASON_SENTENCES } from './turn-reasons.js';

describe('explainReason', () => {
  it.each([
    { name: 'an answered turn', input: null, expected: null },
    { name: 'a person', input: 'human', expected: 'A person has this chat, so the agent stays silent.' },
    {
      name: 'a model',
      input: 'model_quota',
      expected: 'The model could not be used; the chat was handed to a person.',
    },
    { name: 'a send', input: 'gateway_400', expected: 'The message could not be sent.' },
    { name: 'a name of Object', input: 'constructor', expected: 'The message could not be sent.' },
  ])('$name', ({ input, expected }) => {
    expect(explainReason(input)).toBe(expected);
  });

  it.each(REASON_SENTENCES)('is told in Portuguese and Spanish: %s', (sentence) => {
    expect(translate(sentence, 'pt')).not.toBe(sentence);
    expect(translate(sentence, 'es')).not.toBe(sentence);
  });
});
