import type { ModelErrorFamily } from './model-error.js';

export interface RetryState {
  readonly family: ModelErrorFamily;
  readonly retryable: boolean;
  /** What the server asked for. */
  readonly retryAfterMs: number | null;
  /** Attempts made so far, at least 1. */
  readonly attempts: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  readonly budgetMs: number;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const LONGEST_WISH_MS = 60_000;
/** A server that answers nonsense may bill each answer. */
const MAX_UNREADABLE_ATTEMPTS = 3;

/**
 * How long to wait before the next attempt, in ms; null to give up. Transient failures are tried again for as long as the
 * budget lasts, and once at least, with doubling delays, a quarter of jitter (`random` in [0, 1)), and never sooner than
 * the server asked for (of which at most 60 s are honoured).
 */
export function nextRetry(state: RetryState, random: number): number | null {
  if (!state.retryable) return null;
  if (state.attempts > 1 && state.elapsedMs >= state.budgetMs) return null;
  if (state.family === 'unreadable' && state.attempts >= MAX_UNREADABLE_ATTEMPTS) return null;
  const first = state.family === 'overloaded' ? FIRST_DELAY_MS * 2 : FIRST_DELAY_MS;
  const delay = Math.min(first * 2 ** Math.min(state.attempts - 1, 20), LONGEST_DELAY_MS);
  const wish = Math.min(state.retryAfterMs ?? 0, LONGEST_WISH_MS);
  // Jitter shortens our own delay and lengthens the server's wish: many waiters must not come back at one instant.
  return Math.round(Math.max(delay * (1 - 0.25 * random), wish * (1 + 0.1 * random)));
}
