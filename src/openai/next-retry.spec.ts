import { describe, expect, it } from 'vitest';
import { nextRetry, type RetryState } from './next-retry.js';

const state = (facts: Partial<RetryState>): RetryState => ({
  family: 'rate',
  retryable: true,
  retryAfterMs: null,
  attempts: 1,
  elapsedMs: 10,
  budgetMs: 60_000,
  ...facts,
});

describe('nextRetry', () => {
  const cases = [
    { name: 'first delay', input: state({}), random: 0, expected: 500 },
    { name: 'jitter shortens it', input: state({}), random: 0.8, expected: 400 },
    { name: 'doubles', input: state({ attempts: 4 }), random: 0, expected: 4000 },
    { name: 'is capped', input: state({ attempts: 5000 }), random: 0, expected: 10_000 },
    { name: 'an overloaded server gets more time', input: state({ family: 'overloaded' }), random: 0, expected: 1000 },
    { name: 'honours the server', input: state({ retryAfterMs: 7000 }), random: 0, expected: 7000 },
    {
      name: 'spreads those who wait for the server',
      input: state({ retryAfterMs: 7000 }),
      random: 0.5,
      expected: 7350,
    },
    { name: 'honours at most 60 s', input: state({ retryAfterMs: 3_600_000 }), random: 0, expected: 60_000 },
    {
      name: 'a short wish does not shorten the delay',
      input: state({ retryAfterMs: 1, attempts: 2 }),
      random: 0,
      expected: 1000,
    },
    { name: 'budget left', input: state({ attempts: 9, elapsedMs: 59_999 }), random: 0, expected: 10_000 },
    { name: 'budget spent', input: state({ attempts: 9, elapsedMs: 60_000 }), random: 0, expected: null },
    {
      name: 'one slow attempt does not spend it',
      input: state({ family: 'timeout', elapsedMs: 60_001 }),
      random: 0,
      expected: 500,
    },
    { name: 'not transient', input: state({ family: 'quota', retryable: false }), random: 0, expected: null },
    { name: 'nonsense twice', input: state({ family: 'unreadable', attempts: 2 }), random: 0, expected: 1000 },
    { name: 'nonsense three times', input: state({ family: 'unreadable', attempts: 3 }), random: 0, expected: null },
  ];
  it.each(cases)('$name', ({ input, random, expected }) => {
    expect(nextRetry(input, random)).toBe(expected);
  });
});
