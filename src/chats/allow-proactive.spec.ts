import { describe, expect, it } from 'vitest';
import { allowProactive } from './allow-proactive.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = 1_793_520_000_000;
const base = { nowMs: now, firstOpenedMs: now, pausedUntilMs: null, begun: 0, oldestMs: now - 23 * HOUR };
const allowed = { allowed: true };
const tooMany = { allowed: false, reason: 'warming_up', retryAfterSeconds: 3_600 };

describe('allowProactive', () => {
  it.each([
    { name: 'the first of a new number', input: base, expected: allowed },
    { name: 'the twentieth of the first day', input: { ...base, begun: 19 }, expected: allowed },
    { name: 'the next waits until the oldest is a day old', input: { ...base, begun: 20 }, expected: tooMany },
    { name: 'age unknown: as a new one', input: { ...base, firstOpenedMs: null, begun: 20 }, expected: tooMany },
    { name: 'the second day: 40', input: { ...base, firstOpenedMs: now - DAY, begun: 39 }, expected: allowed },
    { name: '… and no more', input: { ...base, firstOpenedMs: now - DAY, begun: 40 }, expected: tooMany },
    { name: 'the third day: 80', input: { ...base, firstOpenedMs: now - 2 * DAY, begun: 79 }, expected: allowed },
    { name: 'an old number: 1,000', input: { ...base, firstOpenedMs: now - 400 * DAY, begun: 999 }, expected: allowed },
    { name: '… and no more', input: { ...base, firstOpenedMs: now - 400 * DAY, begun: 1_000 }, expected: tooMany },
    {
      name: 'paused',
      input: { ...base, pausedUntilMs: now + 90_500 },
      expected: { allowed: false, reason: 'paused', retryAfterSeconds: 91 },
    },
    { name: 'a pause that is over', input: { ...base, pausedUntilMs: now - 1 }, expected: allowed },
  ])('$name', ({ input, expected }) => {
    expect(allowProactive(input)).toEqual(expected);
  });
});
