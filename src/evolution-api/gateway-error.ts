export type GatewayErrorKind =
  /** No answer: connection refused, timed out or lost. */
  | 'unreachable'
  | 'unauthorized'
  | 'not_found'
  | 'name_taken'
  /** The gateway understood and said no (other 4xx). */
  | 'refused'
  /** More was answered than is read. */
  | 'too_large'
  /** 5xx, or an answer that makes no sense. */
  | 'failed'
  /** Evolution API 2.4 without an activated licence: an operator has to act. */
  | 'licence';

/** A gateway call that did not do what was asked. `text` is the gateway's own words, for operators. */
export class GatewayError extends Error {
  constructor(
    readonly kind: GatewayErrorKind,
    readonly status: number | null,
    readonly text: string,
    cause?: unknown,
  ) {
    super(`gateway ${kind}${status === null ? '' : ` (${status})`}: ${text}`, { cause });
    this.name = 'GatewayError';
  }
}
