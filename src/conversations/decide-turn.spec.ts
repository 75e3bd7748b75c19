import { describe, expect, it } from 'vitest';
import { decideTurn, type TurnFacts } from './decide-turn.js';

const fresh = { text: 'tem bolo?', ageMs: 500 };
const old = { text: 'tem bolo?', ageMs: 1_800_001 };
const facts: TurnFacts = {
  workspaceState: 'active',
  agentActive: true,
  humanTalk: false,
  turnEpoch: 3,
  chatEpoch: 3,
  inbound: [fresh],
  isAnswer: true,
  staleAfterMs: 1_800_000,
  answerStale: false,
  enabledHumanTransfer: true,
  answersPrivate: true,
  groupSilence: null,
  startTrigger: null,
  endTrigger: null,
  triggered: false,
  isHushed: false,
  isLoop: false,
  maxDailyMessages: null,
  repliesToday: 0,
  limitAction: null,
};
const ANSWER = { kind: 'answer' };
const skip = (reason: string) => ({ kind: 'skip', reason });
const says = (text: string) => ({ inbound: [fresh, { text, ageMs: 0 }] });
const limited = { maxDailyMessages: 20, repliesToday: 20 };

describe('decideTurn', () => {
  it.each([
    { name: 'answers', input: {}, expected: ANSWER },
    { name: 'a person talks', input: { humanTalk: true }, expected: skip('human') },
    { name: 'a person acted since', input: { chatEpoch: 4 }, expected: skip('human') },
    { name: 'switched off', input: { agentActive: false }, expected: skip('agent_off') },
    {
      name: 'the workspace is suspended',
      input: { workspaceState: 'suspended', humanTalk: true },
      expected: skip('workspace_suspended'),
    },
    { name: 'the workspace is deleted', input: { workspaceState: 'deleted' }, expected: skip('workspace_deleted') },
    { name: 'everything was deleted', input: { inbound: [] }, expected: skip('nothing_to_answer') },
    { name: 'of its own accord', input: { inbound: [], isAnswer: false }, expected: ANSWER },
    { name: 'all of it is old', input: { inbound: [old, old] }, expected: skip('stale') },
    { name: 'one message is fresh', input: { inbound: [old, fresh] }, expected: ANSWER },
    { name: 'exactly as old as allowed', input: { inbound: [{ ...old, ageMs: 1_800_000 }] }, expected: ANSWER },
    { name: 'old, and wanted', input: { inbound: [old], answerStale: true }, expected: ANSWER },
    { name: 'private chats are off', input: { answersPrivate: false }, expected: skip('private_off') },
    { name: 'a group is off', input: { groupSilence: 'group_ignored' }, expected: skip('group_ignored') },
    { name: 'a group talks to others', input: { groupSilence: 'not_addressed' }, expected: skip('not_addressed') },
    { name: 'without the start trigger', input: { startTrigger: 'promoção' }, expected: skip('not_triggered') },
    { name: 'with it', input: { startTrigger: 'promoção', ...says('Vi a PROMOCAO') }, expected: ANSWER },
    { name: 'said before', input: { startTrigger: 'promoção', triggered: true }, expected: ANSWER },
    { name: 'an empty trigger', input: { startTrigger: ' ' }, expected: ANSWER },
    {
      name: 'the end trigger',
      input: { endTrigger: 'tchau', ...says('então TCHAU') },
      expected: { kind: 'finish', reason: 'end_trigger' },
    },
    { name: 'asks for a person', input: says('Humano'), expected: { kind: 'hand_over', reason: 'wants_person' } },
    {
      name: 'asks, where nobody may be called',
      input: { ...says('Humano'), enabledHumanTransfer: false },
      expected: ANSWER,
    },
    { name: 'two machines', input: { isLoop: true }, expected: { kind: 'hand_over', reason: 'loop_guard' } },
    { name: 'silenced', input: { isHushed: true }, expected: skip('daily_limit') },
    { name: 'below the limit', input: { ...limited, repliesToday: 19 }, expected: ANSWER },
    { name: 'at the limit', input: limited, expected: { ...skip('daily_limit'), hush: 'tomorrow' } },
    {
      name: 'at the limit, BLOCK',
      input: { ...limited, limitAction: 'BLOCK' },
      expected: { ...skip('daily_limit'), hush: 'tomorrow' },
    },
    {
      name: 'a pause',
      input: { ...limited, limitAction: 'TEMP_BLOCK_5M' },
      expected: { ...skip('daily_limit'), hush: 300 },
    },
    {
      name: 'a person instead',
      input: { ...limited, limitAction: 'TRANSFER' },
      expected: { kind: 'hand_over', reason: 'daily_limit' },
    },
  ] as { name: string; input: Partial<TurnFacts>; expected: unknown }[])('$name', ({ input, expected }) => {
    expect(decideTurn({ ...facts, ...input })).toEqual(expected);
  });
});
