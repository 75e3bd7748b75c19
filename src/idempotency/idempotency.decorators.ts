import { applyDecorators, createParamDecorator, type ExecutionContext, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import type { IdempotentHttpRequest } from './idempotent-http-request.js';

/**
 * The route honours Idempotency-Key for 24 hours: the same request with the same key gets the first answer again, another
 * request with it 409. Its errors belong into `@Describe`: IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
 */
export const Idempotent = () =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Makes it safe to send this request again: within 24 hours the first answer is given again.',
      schema: { type: 'string', maxLength: 255 },
    }),
  );

/**
 * The id to give to what the request writes, or undefined without a key: a run that is repeated after a crash then finds
 * its first effect instead of writing a second one.
 */
export const EffectId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<IdempotentHttpRequest>().effectId,
);
