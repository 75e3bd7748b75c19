import { describe, expect, it } from 'vitest';
import { planSilence, type SilencePlan } from './plan-silence.js';

const action = (over: Partial<SilencePlan['actions'][number]>) => ({
  ...{ id: 'a', type: 'SEND_MESSAGE' as const, instructions: 'Pergunte.', seconds: 60, allowAllHours: true },
  ...{ workingHours: null, ...over },
});
const mondays = { days: [{ dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] }] };

describe('planSilence', () => {
  it.each([
    { name: 'no plan', input: { actions: [], finishOnSeconds: null }, expected: [] },
    {
      name: 'a message and an end',
      input: { actions: [action({})], finishOnSeconds: 600 },
      expected: [
        { kind: 'IDLE_ACTION', key: 'idle:a', instructions: 'Pergunte.', dueInMs: 60_000 },
        { kind: 'IDLE_FINISH', key: 'idle:finish', instructions: null, dueInMs: 600_000 },
      ],
    },
    {
      name: 'an action that finishes',
      input: { actions: [action({ type: 'FINISH_INTERACTION', instructions: null })], finishOnSeconds: null },
      expected: [{ kind: 'IDLE_FINISH', key: 'idle:a', instructions: null, dueInMs: 60_000 }],
    },
    {
      name: 'outside its hours: the next opening',
      input: { actions: [action({ allowAllHours: false, workingHours: mondays })], finishOnSeconds: null },
      expected: [{ kind: 'IDLE_ACTION', key: 'idle:a', instructions: 'Pergunte.', dueInMs: 11 * 3_600_000 }],
    },
    {
      name: 'hours that never come',
      input: { actions: [action({ allowAllHours: false })], finishOnSeconds: null },
      expected: [],
    },
  ])('$name', ({ input, expected }) => {
    // Sunday, 21:00 in São Paulo; Monday opens there at 11:00 UTC.
    expect(planSilence(input, 'America/Sao_Paulo', new Date('2026-03-02T00:00:00Z'))).toEqual(expected);
  });
});
