/**
 * Why a request to an address a tenant chose has no answer. Blocked by where a name leads, closed, or refused at the
 * handshake is all UNREACHABLE, in the same words: whoever chose the address learns nothing of a network it is not in.
 */
const MESSAGES = {
  URL_NOT_ALLOWED: 'the address does not lead to the public internet',
  UNREACHABLE: 'the address cannot be reached',
  TIMEOUT: 'the address did not answer in time',
  TOO_LARGE: 'the answer is too large',
  TOO_MANY_REDIRECTS: 'the address led from one to the next too often',
  UNREADABLE: 'the answer cannot be read',
} as const;

export type OutboundErrorCode = keyof typeof MESSAGES;

/** A request without an answer; any status that came is an answer. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(readonly code: OutboundErrorCode) {
    super(MESSAGES[code]);
  }
}
