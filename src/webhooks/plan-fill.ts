/** The gateway stores a message some time after it happened, and clocks differ: this much is looked at twice. */
const OVERLAP_MS = 5 * 60_000;
/** What is older was either answered by somebody or is too late to matter. */
const LONGEST_MS = 7 * 86_400_000;

/** The window (ms since 1970) in which the gateway's records are to be compared with ours. */
export function planFill(input: { readonly filledUntilMs: number; readonly nowMs: number }): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  const fromMs = Math.max(input.filledUntilMs - OVERLAP_MS, input.nowMs - LONGEST_MS);
  return { fromMs: Math.min(fromMs, input.nowMs), toMs: input.nowMs };
}
