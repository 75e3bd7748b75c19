/** After this long without the gateway taking it, a part has failed: an answer from yesterday helps nobody. */
export const SEND_EXPIRES_MS = 15 * 60_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** While the number is not connected there is nothing to try; connection.update wakes us sooner. */
const CLOSED_RETRY_MS = 15_000;

/** When to try again a part that certainly was not sent, in ms; undefined = give up. `attempt` counts from 1. */
export function nextSend(input: {
  readonly attempt: number;
  readonly ageMs: number;
  readonly retryAfterMs: number | null;
  readonly hold: boolean;
}): number | undefined {
  if (input.ageMs >= SEND_EXPIRES_MS) return undefined;
  if (input.retryAfterMs !== null) return Math.min(Math.max(input.retryAfterMs, FIRST_RETRY_MS), 60_000);
  if (input.hold) return CLOSED_RETRY_MS;
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(input.attempt - 1, 10));
}
