import { describe, expect, it } from 'vitest';
import { type HookSecret, makeHookSecret, rotateHookSecret, signingSecrets } from './hook-secret.js';

const DAY = 86_400_000;
const first: HookSecret = { current: 'a', previous: null, sinceMs: 0 };
const second: HookSecret = { current: 'b', previous: 'a', sinceMs: 5 };

describe('makeHookSecret', () => {
  it('writes it as Standard Webhooks does', () => {
    expect(makeHookSecret(Buffer.alloc(24))).toBe(`whsec_${'A'.repeat(32)}`);
  });
});

describe('rotateHookSecret', () => {
  it.each([
    { name: 'no secret yet', input: null, expected: { current: 'n', previous: null, sinceMs: 9 } },
    { name: 'the first one', input: first, expected: { current: 'n', previous: 'a', sinceMs: 9 } },
    { name: 'a rotated one', input: second, expected: { current: 'n', previous: 'b', sinceMs: 9 } },
  ])('$name', ({ input, expected }) => {
    expect(rotateHookSecret(input, 'n', 9)).toEqual(expected);
  });
});

describe('signingSecrets', () => {
  it.each([
    { name: 'never rotated', input: first, now: 10, expected: ['a'] },
    { name: 'just rotated', input: second, now: 5, expected: ['b', 'a'] },
    { name: 'on the last moment of the day', input: second, now: 4 + DAY, expected: ['b', 'a'] },
    { name: 'a day later', input: second, now: 5 + DAY, expected: ['b'] },
  ])('$name', ({ input, now, expected }) => {
    expect(signingSecrets(input, now)).toEqual(expected);
  });
});
