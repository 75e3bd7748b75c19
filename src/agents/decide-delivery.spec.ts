import { describe, expect, it } from 'vitest';
import { type Attempt, type DeliveryDecision, decideDelivery } from './decide-delivery.js';

const CASES: { name: string; attempt: number; outcome: Attempt; random?: number; expected: DeliveryDecision }[] = [
  { name: 'taken', attempt: 1, outcome: { status: 200 }, expected: { state: 'DELIVERED' } },
  { name: 'taken without words', attempt: 10, outcome: { status: 204 }, expected: { state: 'DELIVERED' } },
  { name: 'gone', attempt: 1, outcome: { status: 410 }, expected: { state: 'DEAD' } },
  { name: 'not allowed', attempt: 1, outcome: { error: 'URL_NOT_ALLOWED' }, expected: { state: 'DEAD' } },
  { name: 'moved', attempt: 1, outcome: { status: 302 }, expected: { state: 'PENDING', delayMs: 5_000 } },
  { name: 'refused', attempt: 2, outcome: { status: 404 }, expected: { state: 'PENDING', delayMs: 30_000 } },
  { name: 'broken', attempt: 3, outcome: { status: 500 }, expected: { state: 'PENDING', delayMs: 120_000 } },
  { name: 'away', attempt: 4, outcome: { error: 'UNREACHABLE' }, expected: { state: 'PENDING', delayMs: 600_000 } },
  { name: 'slow', attempt: 9, outcome: { error: 'TIMEOUT' }, expected: { state: 'PENDING', delayMs: 43_200_000 } },
  {
    name: 'with jitter',
    attempt: 1,
    outcome: { status: 500 },
    random: 0.5,
    expected: { state: 'PENDING', delayMs: 5_500 },
  },
  { name: 'the last time', attempt: 10, outcome: { status: 500 }, expected: { state: 'DEAD' } },
  { name: 'after a crash in the last attempt', attempt: 11, outcome: { status: 500 }, expected: { state: 'DEAD' } },
];

describe('decideDelivery', () => {
  it.each(CASES)('$name', ({ attempt, outcome, random = 0, expected }) => {
    expect(decideDelivery(attempt, outcome, random)).toEqual(expected);
  });
});
