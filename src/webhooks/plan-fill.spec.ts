import { describe, expect, it } from 'vitest';
import { planFill } from './plan-fill.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const now = 1_793_520_000_000;

describe('planFill', () => {
  it.each([
    { name: 'the last minutes are looked at twice', input: 15 * MINUTE, expected: 20 * MINUTE },
    { name: 'compared just now', input: 0, expected: 5 * MINUTE },
    { name: 'a week at most', input: 30 * DAY, expected: 7 * DAY },
    { name: 'a mark from a clock that ran ahead', input: -DAY, expected: 0 },
  ])('$name', ({ input, expected }) => {
    expect(planFill({ filledUntilMs: now - input, nowMs: now })).toEqual({ fromMs: now - expected, toMs: now });
  });
});
