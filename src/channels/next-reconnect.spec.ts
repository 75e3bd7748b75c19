import { describe, expect, it } from 'vitest';
import { nextReconnect } from './next-reconnect.js';

const MINUTE = 60_000;

describe('nextReconnect', () => {
  it.each([
    { name: 'the first', input: [0, 0.5], expected: MINUTE },
    { name: 'the second waits twice as long', input: [1, 0.5], expected: 2 * MINUTE },
    { name: 'an hour at most', input: [20, 0.5], expected: 60 * MINUTE },
    { name: 'spread downwards', input: [0, 0], expected: 0.8 * MINUTE },
    { name: 'and upwards', input: [1, 0.75], expected: 2.2 * MINUTE },
    { name: 'in the end a person has to look', input: [28, 0.5], expected: undefined },
  ] as const)('$name', ({ input: [attempts, random], expected }) => {
    const ms = nextReconnect(attempts, random);
    expect(ms === undefined ? ms : Math.round(ms)).toBe(expected);
  });
});
