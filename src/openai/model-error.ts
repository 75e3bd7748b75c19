/** Why a model call failed, as far as it decides what to do next. */
export type ModelErrorFamily =
  | 'rate'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'timeout'
  | 'quota'
  | 'credentials'
  | 'model_not_found'
  | 'too_long'
  | 'invalid'
  | 'unreadable';

/** A model call that gave no answer. `message` is for logs and operators, never for customers. */
export class ModelError extends Error {
  readonly family: ModelErrorFamily;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly status: number | null;

  constructor(
    message: string,
    facts: { family: ModelErrorFamily; retryable: boolean; retryAfterMs: number | null; status: number | null },
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ModelError';
    this.family = facts.family;
    this.retryable = facts.retryable;
    this.retryAfterMs = facts.retryAfterMs;
    this.status = facts.status;
  }
}
