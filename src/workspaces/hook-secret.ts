/** A workspace's signing secrets as they are sealed; `previous` is null before the first rotation. */
export interface HookSecret {
  readonly current: string;
  readonly previous: string | null;
  /** When `current` took over, in ms since 1970. */
  readonly sinceMs: number;
}

/** How long both secrets sign after a rotation: a day to bring the new one to every receiver. */
const OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** A new secret as Standard Webhooks writes one; `bytes` are 24 to 64 random ones. */
export function makeHookSecret(bytes: Buffer): string {
  return `whsec_${bytes.toString('base64')}`;
}

/** What is sealed after a rotation; the secret before the last one ends at once. */
export function rotateHookSecret(old: HookSecret | null, current: string, nowMs: number): HookSecret {
  return { current, previous: old?.current ?? null, sinceMs: nowMs };
}

/** The secrets that sign now, the current one first. */
export function signingSecrets({ current, previous, sinceMs }: HookSecret, nowMs: number): string[] {
  return previous !== null && nowMs < sinceMs + OVERLAP_MS ? [current, previous] : [current];
}
