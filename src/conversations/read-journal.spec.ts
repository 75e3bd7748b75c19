import { describe, expect, it } from 'vitest';
import { countRepeats, readJournal, type Step } from './read-journal.js';

const call = (id: string, name = 'resolve') => ({ id, name, arguments: {} });
const model = (n: number, result: object, over: Partial<Step> = {}): Step => ({
  n,
  kind: 'MODEL',
  name: 'm',
  state: 'DONE',
  request: null,
  result: { text: '', toolCalls: [], finish: 'stop', servedModel: 'm', requestId: null, ...result },
  inputTokens: 10,
  outputTokens: 2,
  ...over,
});
const tool = (n: number, callId: string, result: object | null, over: Partial<Step> = {}): Step => ({
  n,
  kind: 'TOOL',
  name: 'resolve',
  state: 'DONE',
  request: { callId, arguments: {} },
  result,
  inputTokens: null,
  outputTokens: null,
  ...over,
});
const EFFECT = { kind: 'RESOLVE' as const };
const done = { value: { ok: true }, effect: EFFECT };

describe('readJournal', () => {
  it.each([
    {
      name: 'nothing yet',
      steps: [],
      expected: { messages: [], open: [], next: 1, modelCalls: 0, tokens: 0, effect: undefined, begun: undefined },
    },
    {
      name: 'calls without an outcome are open',
      steps: [model(1, { toolCalls: [call('a'), call('b')] }), tool(2, 'a', done)],
      expected: { open: [call('b')], next: 3, modelCalls: 1, tokens: 12, effect: EFFECT },
    },
    {
      name: 'a model call whose answer was lost is made again, under its number',
      steps: [model(1, {}, { state: 'STARTED', result: null, inputTokens: null, outputTokens: null })],
      expected: { messages: [], next: 1, modelCalls: 0 },
    },
    {
      name: 'a tool call that never ended is known as begun',
      steps: [model(1, { toolCalls: [call('a')] }), tool(2, 'a', null, { state: 'STARTED' })],
      expected: { open: [call('a')], next: 2, begun: expect.objectContaining({ n: 2 }) },
    },
    {
      name: 'an unknown outcome is an outcome',
      steps: [
        model(1, { toolCalls: [call('a')] }),
        tool(2, 'a', { value: { error: 'outcome_unknown' } }, { state: 'UNKNOWN' }),
      ],
      expected: { open: [], begun: undefined },
    },
    {
      name: 'an answer that newer words made void is not said again',
      steps: [model(1, { text: 'Oi' }, { state: 'FAILED' })],
      expected: { messages: [], next: 2, modelCalls: 0, tokens: 12 },
    },
    {
      name: 'the first effect counts',
      steps: [
        model(1, { toolCalls: [call('a'), call('b')] }),
        tool(2, 'a', done),
        tool(3, 'b', { value: {}, effect: { kind: 'HUMAN', userId: null, reason: '' } }),
      ],
      expected: { effect: EFFECT },
    },
  ])('$name', ({ steps, expected }) => {
    expect(readJournal(steps)).toMatchObject(expected);
  });

  it('replays what was said, called and corrected, each call followed by its outcome', () => {
    const steps = [
      model(1, { text: 'um momento', toolCalls: [call('a')] }),
      tool(2, 'a', done),
      model(3, { text: 'Vou te transferir', correction: 'call the tool' }),
    ];
    expect(readJournal(steps)).toMatchObject({ wasCorrected: true, modelCalls: 2 });
    expect(readJournal(steps).messages).toEqual([
      { role: 'assistant', text: 'um momento', toolCalls: [call('a')] },
      { role: 'tool', callId: 'a', name: 'resolve', result: { ok: true } },
      { role: 'assistant', text: 'Vou te transferir', toolCalls: [] },
      { role: 'user', text: 'call the tool' },
    ]);
  });
});

it('counts a call by its name and arguments', () => {
  const steps = [tool(1, 'a', done), tool(2, 'b', done), tool(3, 'c', done, { name: 'other' })];
  expect(countRepeats(steps, call('z'))).toBe(2);
  expect(countRepeats(steps, { ...call('z'), arguments: { x: 1 } })).toBe(0);
});
