const DAY_MS = 86_400_000;
/** New conversations on the first day; twice as many with each day that follows. */
const FIRST_DAY = 20;
/** Even an old number that writes to more strangers than this in a day is soon reported. */
const MOST = 1_000;

export type Proactive =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'paused' | 'warming_up'; readonly retryAfterSeconds: number };

/**
 * Whether a number may write to somebody who has never written to it. A young number that writes to many strangers is
 * restricted by WhatsApp within days, so what it may do in 24 hours grows with its age.
 */
export function allowProactive(input: {
  readonly nowMs: number;
  /** When the number was first linked; null: not known, so as young as can be. */
  readonly firstOpenedMs: number | null;
  readonly pausedUntilMs: number | null;
  /** Conversations it began within the last 24 hours, and when the oldest of them began. */
  readonly begun: number;
  readonly oldestMs: number | null;
}): Proactive {
  const { nowMs, pausedUntilMs, begun } = input;
  if (pausedUntilMs !== null && pausedUntilMs > nowMs) return refuse('paused', pausedUntilMs - nowMs);
  const days = Math.floor(Math.max(0, nowMs - (input.firstOpenedMs ?? nowMs)) / DAY_MS);
  if (begun < Math.min(MOST, FIRST_DAY * 2 ** Math.min(days, 10))) return { allowed: true };
  return refuse('warming_up', (input.oldestMs ?? nowMs) + DAY_MS - nowMs);
}

const refuse = (reason: 'paused' | 'warming_up', ms: number): Proactive => ({
  allowed: false,
  reason,
  retryAfterSeconds: Math.max(1, Math.ceil(ms / 1_000)),
});
