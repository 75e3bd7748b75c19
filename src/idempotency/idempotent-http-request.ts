import type { MaybeSignedInRequest } from '../common/auth.decorators.js';

/** A request; `effectId` is there once its Idempotency-Key was claimed. */
export interface IdempotentHttpRequest extends MaybeSignedInRequest {
  effectId?: string;
}
