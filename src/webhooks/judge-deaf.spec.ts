import { describe, expect, it } from 'vitest';
import { judgeDeaf } from './judge-deaf.js';

const MINUTE = 60_000;
const now = 1_793_520_000_000;
const ago = (minutes: number) => now - minutes * MINUTE;
const base = { nowMs: now, missedMs: [ago(5)], openSinceMs: ago(600), lastEventMs: ago(60), upSinceMs: ago(600) };

describe('judgeDeaf', () => {
  it.each([
    { name: 'a message nobody told us of, and nothing since', input: base, expected: true },
    { name: 'never heard of at all', input: { ...base, lastEventMs: null }, expected: true },
    { name: 'nothing was missed', input: { ...base, missedMs: [] }, expected: false },
    { name: 'its event may still come', input: { ...base, missedMs: [ago(1)] }, expected: false },
    { name: 'one was lost, others came since', input: { ...base, lastEventMs: ago(4) }, expected: false },
    { name: 'heard of within the same minute', input: { ...base, lastEventMs: ago(5.5) }, expected: false },
    { name: 'written before the number connected', input: { ...base, openSinceMs: ago(4) }, expected: false },
    { name: 'we were away ourselves', input: { ...base, upSinceMs: ago(6) }, expected: false },
    {
      name: 'written while we were away',
      input: { ...base, upSinceMs: ago(30), missedMs: [ago(40)] },
      expected: false,
    },
  ])('$name', ({ input, expected }) => {
    expect(judgeDeaf(input)).toBe(expected);
  });
});
