const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** A day of trying: whoever has not come back by then needs a person. */
const MOST_ATTEMPTS = 28;

/**
 * When to connect a dropped number again, in ms after the drop or the last attempt; undefined = leave it to people.
 * `attempts` counts those made; `random` is in [0, 1): many numbers that dropped together must not return together.
 */
export function nextReconnect(attempts: number, random: number): number | undefined {
  if (attempts >= MOST_ATTEMPTS) return undefined;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 10)) * (0.8 + 0.4 * random);
}
