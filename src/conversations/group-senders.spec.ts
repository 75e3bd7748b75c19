import { describe, expect, it } from 'vitest';
import { groupSenders } from './group-senders.js';

const from = (channelId: string, ...aliases: string[]) => ({ workspaceId: 'w', channelId, aliases });

describe('groupSenders', () => {
  it.each([
    { name: 'nothing', input: [], expected: [] },
    {
      name: 'two messages of one person',
      input: [from('c', 'a'), from('c', 'a')],
      expected: [{ aliases: ['a'], members: [0, 1] }],
    },
    {
      name: 'phone, then LID, then both: one person',
      input: [from('c', 'phone'), from('c', 'lid'), from('c', 'phone', 'lid')],
      expected: [{ aliases: ['phone', 'lid'], members: [0, 1, 2] }],
    },
    {
      name: 'the same address on two channels is two people',
      input: [from('c2', 'a'), from('c1', 'a')],
      expected: [
        { aliases: ['a'], members: [1] },
        { aliases: ['a'], members: [0] },
      ],
    },
    {
      name: 'ordered by key, whatever arrives first',
      input: [from('c', 'z'), from('c', 'a')],
      expected: [
        { aliases: ['a'], members: [1] },
        { aliases: ['z'], members: [0] },
      ],
    },
  ])('$name', ({ input, expected }) => {
    expect(groupSenders(input).map(({ aliases, members }) => ({ aliases, members }))).toEqual(expected);
  });
});
