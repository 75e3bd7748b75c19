/** What came of an attempt: a status, or why there was none. */
export type Attempt = { readonly status: number } | { readonly error: string };

export type DeliveryDecision =
  | { readonly state: 'DELIVERED' }
  | { readonly state: 'DEAD' }
  /** The next attempt, in ms from now. */
  | { readonly state: 'PENDING'; readonly delayMs: number };

/** Seconds before each further attempt: a receiver may be away for a working day. */
const DELAYS_SECONDS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200];
/** Up to this share is added, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * What becomes of a delivery after attempt number `attempt` (from 1). 2xx is delivered; 410 says that nobody will ever
 * take it (Standard Webhooks), and an address that is not allowed never will be. `random` is in [0, 1).
 */
export function decideDelivery(attempt: number, outcome: Attempt, random: number): DeliveryDecision {
  if ('status' in outcome && outcome.status >= 200 && outcome.status < 300) return { state: 'DELIVERED' };
  const isHopeless = 'status' in outcome ? outcome.status === 410 : outcome.error === 'URL_NOT_ALLOWED';
  const delay = DELAYS_SECONDS[attempt - 1];
  if (isHopeless || delay === undefined) return { state: 'DEAD' };
  return { state: 'PENDING', delayMs: Math.round(delay * 1_000 * (1 + JITTER * random)) };
}
