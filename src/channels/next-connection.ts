/** created: never linked; refused: the gateway has issued its limit of codes. */
export type LinkState = 'created' | 'connecting' | 'open' | 'close' | 'refused';

/** What is known of a number's link; `reason` is WhatsApp's status code. */
export interface Link {
  readonly state: LinkState;
  readonly reason: number | null;
}

/** After these no connection comes back by itself (Evolution API 2.3: 401 logged out, 402, 403 banned, 406). */
const FINAL = new Set([401, 402, 403, 406]);

/**
 * The link after what the gateway said of it, in an event or (without a reason) an answer. `isLost`: it was connected and
 * is not any more, and nobody brings it back, so people must know. A drop that the gateway mends shows as connecting.
 */
export function nextConnection(now: Link, said: Link): Link & { readonly isLost: boolean } {
  const isSame = now.state === said.state;
  const reason = said.reason ?? (isSame || said.state === 'close' ? now.reason : null);
  const wasAlive = now.state === 'open' || (now.state === 'connecting' && FINAL.has(said.reason ?? 0));
  return { state: said.state, reason, isLost: wasAlive && (said.state === 'close' || said.state === 'refused') };
}

/** Whether connecting again may help: the session is still there, as far as WhatsApp has said. */
export function isMendable({ state, reason }: Link): boolean {
  return state === 'close' && reason !== null && reason !== 200 && !FINAL.has(reason);
}
