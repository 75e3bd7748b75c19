/**
 * Why a file is not there yet. `absent`: the gateway does not have it, or says no (its row may be on its way, and
 * decryption fails at times: three tries in half a minute). `unreachable`: no answer. `model_busy`: nobody hears it now.
 */
export type Setback = 'absent' | 'unreachable' | 'model_busy';

const WAITS_MS: Readonly<Record<Setback, readonly number[]>> = {
  absent: [5_000, 25_000],
  unreachable: [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000],
  model_busy: [2_000, 5_000, 15_000],
};

/** Ms until the next try after `tries` of them; null: it is given up. */
export function nextTry(setback: Setback, tries: number): number | null {
  return WAITS_MS[setback][tries - 1] ?? null;
}
