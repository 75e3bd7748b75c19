import { describe, expect, it } from 'vitest';
import { decideTurn, type TurnFacts } from './decide-turn.js';

const facts: TurnFacts = {
  workspaceState: 'active',
  agentActive: true,
  humanTalk: false,
  turnEpoch: 3,
  chatEpoch: 3,
  inboundCount: 1,
  isProactive: false,
};

describe('decideTurn', () => {
  it.each([
    { name: 'answers', input: facts, expected: { answer: true } },
    { name: 'a person talks', input: { ...facts, humanTalk: true }, expected: { answer: false, reason: 'human' } },
    { name: 'a person acted since', input: { ...facts, chatEpoch: 4 }, expected: { answer: false, reason: 'human' } },
    { name: 'switched off', input: { ...facts, agentActive: false }, expected: { answer: false, reason: 'agent_off' } },
    {
      name: 'the workspace is suspended',
      input: { ...facts, workspaceState: 'suspended' as const, humanTalk: true },
      expected: { answer: false, reason: 'workspace_suspended' },
    },
    {
      name: 'the workspace is deleted',
      input: { ...facts, workspaceState: 'deleted' as const },
      expected: { answer: false, reason: 'workspace_deleted' },
    },
    {
      name: 'everything was deleted',
      input: { ...facts, inboundCount: 0 },
      expected: { answer: false, reason: 'nothing_to_answer' },
    },
    {
      name: 'speaks of its own accord',
      input: { ...facts, inboundCount: 0, isProactive: true },
      expected: { answer: true },
    },
  ])('$name', ({ input, expected }) => {
    expect(decideTurn(input)).toEqual(expected);
  });
});
