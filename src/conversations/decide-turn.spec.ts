import { describe, expect, it } from 'vitest';
import { decideTurn } from './decide-turn.js';

const facts = { agentActive: true, humanTalk: false, turnEpoch: 3, chatEpoch: 3, inboundCount: 1 };

describe('decideTurn', () => {
  it.each([
    { name: 'answers', input: facts, expected: { answer: true } },
    { name: 'a person talks', input: { ...facts, humanTalk: true }, expected: { answer: false, reason: 'human' } },
    { name: 'a person acted since', input: { ...facts, chatEpoch: 4 }, expected: { answer: false, reason: 'human' } },
    { name: 'switched off', input: { ...facts, agentActive: false }, expected: { answer: false, reason: 'agent_off' } },
    {
      name: 'everything was deleted',
      input: { ...facts, inboundCount: 0 },
      expected: { answer: false, reason: 'nothing_to_answer' },
    },
  ])('$name', ({ input, expected }) => {
    expect(decideTurn(input)).toEqual(expected);
  });
});
