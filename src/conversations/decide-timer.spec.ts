import { describe, expect, it } from 'vitest';
import { decideTimer, SILENCE_KEY, type TimerFacts } from './decide-timer.js';

const facts = (over: Partial<TimerFacts>): TimerFacts => ({
  ...{ kind: 'IDLE_ACTION', key: 'idle:a', isSameInteraction: true, humanTalk: false, customerSpokeLast: false },
  ...{ isAnswering: false, hasInstructions: true, ...over },
});

describe('decideTimer', () => {
  it.each([
    { name: 'an idle action', input: {}, expected: { do: 'speak' } },
    {
      name: 'one without words',
      input: { hasInstructions: false },
      expected: { do: 'cancel', reason: 'nothing_to_say' },
    },
    { name: 'the end', input: { kind: 'IDLE_FINISH' as const }, expected: { do: 'finish' } },
    { name: 'the beginning', input: { key: SILENCE_KEY }, expected: { do: 'begin_silence' } },
    { name: 'a person has the chat', input: { humanTalk: true }, expected: { do: 'cancel', reason: 'human' } },
    {
      name: 'the customer wrote',
      input: { customerSpokeLast: true },
      expected: { do: 'cancel', reason: 'customer_wrote' },
    },
    {
      name: 'another interaction',
      input: { isSameInteraction: false },
      expected: { do: 'cancel', reason: 'resolved' },
    },
    { name: 'the agent speaks', input: { isAnswering: true }, expected: { do: 'wait' } },
    { name: 'a reminder', input: { kind: 'REMINDER' as const, customerSpokeLast: true }, expected: { do: 'speak' } },
    { name: 'a give-back', input: { kind: 'GIVE_BACK' as const, humanTalk: true }, expected: { do: 'give_back' } },
    {
      name: 'one too late',
      input: { kind: 'GIVE_BACK' as const },
      expected: { do: 'cancel', reason: 'already_given_back' },
    },
  ])('$name', ({ input, expected }) => {
    expect(decideTimer(facts(input))).toEqual(expected);
  });
});
