/** An event that was refused at first comes within this, in most cases. */
const GRACE_MS = 2 * 60_000;
/** When a number was last heard of is known to within this. */
const PULSE_MS = 60_000;
/** After our own absence the gateway repeats events for so long: what is missing then is only late. */
const CATCH_UP_MS = 20 * 60_000;

/**
 * Whether a number that says "connected" is not heard: the gateway has a customer's message that it should have told us
 * long ago, and it has told us nothing at all of this number since. One lost event among others is not deafness.
 */
export function judgeDeaf(input: {
  readonly nowMs: number;
  /** When the messages were sent that we found and had never been told of. */
  readonly missedMs: readonly number[];
  readonly openSinceMs: number;
  readonly lastEventMs: number | null;
  /** Since when this process listens. */
  readonly upSinceMs: number;
}): boolean {
  const { nowMs, openSinceMs, lastEventMs, upSinceMs } = input;
  if (nowMs - upSinceMs < CATCH_UP_MS) return false;
  const since = Math.max(openSinceMs, upSinceMs, (lastEventMs ?? Number.NEGATIVE_INFINITY) + PULSE_MS);
  return input.missedMs.some((at) => at > since && at < nowMs - GRACE_MS);
}
