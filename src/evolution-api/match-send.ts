import { hashContent } from './hash-text.js';

/** A part whose send has no recorded outcome. */
export interface InFlightSend {
  /** Of kind and text (`hashContent`). */
  readonly textHash: Uint8Array;
  /** Every JID of the chat partner, as read from events. */
  readonly aliases: readonly string[];
  readonly startedAtMs: number;
}

/** A message of ours as the gateway reports it. */
export interface SendCandidate {
  readonly providerId: string;
  readonly aliases: readonly string[];
  readonly type: string;
  readonly text: string;
  readonly sentAtMs: number;
}

/** WhatsApp stamps whole seconds, and two clocks differ. */
const CLOCK_TOLERANCE_MS = 5000;

/**
 * The provider id of the oldest candidate that can only be this send: same partner, same kind and text, not before it began (less
 * five seconds), and not in `boundIds` (ids that belong to any other part or stored message). Null when there is none.
 * Call it once per part with the ids bound so far, oldest part first: identical texts are then matched one to one.
 */
export function matchSend(
  part: InFlightSend,
  candidates: readonly SendCandidate[],
  boundIds: ReadonlySet<string>,
): string | null {
  const partners = new Set(part.aliases.map(canonicalAlias));
  const [oldest] = candidates
    .filter((c) => !boundIds.has(c.providerId) && c.sentAtMs >= part.startedAtMs - CLOCK_TOLERANCE_MS)
    .filter((c) => c.aliases.some((alias) => partners.has(canonicalAlias(alias))))
    .filter((c) => Buffer.compare(hashContent(c.type, c.text), part.textHash) === 0)
    .sort((a, b) => a.sentAtMs - b.sentAtMs);
  return oldest?.providerId ?? null;
}

/** Brazilian mobiles exist with and without their ninth digit, and the gateway may answer with the other form. */
function canonicalAlias(jid: string): string {
  return jid.replace(/^55(\d\d)9(\d{8})@s\.whatsapp\.net$/, '55$1$2@s.whatsapp.net');
}
