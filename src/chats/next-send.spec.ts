import { describe, expect, it } from 'vitest';
import { nextSend } from './next-send.js';

const base = { attempt: 1, ageMs: 0, retryAfterMs: null, hold: false };

describe('nextSend', () => {
  it.each([
    { name: 'soon at first', input: base, expected: 1_000 },
    { name: 'doubling', input: { ...base, attempt: 4 }, expected: 8_000 },
    { name: 'capped', input: { ...base, attempt: 40 }, expected: 30_000 },
    { name: 'as the proxy asks', input: { ...base, retryAfterMs: 7_000 }, expected: 7_000 },
    { name: 'but not for an hour', input: { ...base, retryAfterMs: 3_600_000 }, expected: 60_000 },
    { name: 'a closed number waits for its connection', input: { ...base, hold: true }, expected: 15_000 },
    { name: 'expires after a quarter of an hour', input: { ...base, ageMs: 900_000, hold: true }, expected: undefined },
  ])('$name', ({ input, expected }) => {
    expect(nextSend(input)).toBe(expected);
  });
});
