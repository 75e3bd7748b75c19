import { createHash, randomUUID } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { catchError, from, mergeMap, type Observable, of } from 'rxjs';
import { AppError } from '../common/app-error.js';
import { POOL } from '../prisma/database.pool.js';
import { claimKey, freeKey, type IdempotentRequest, keepAnswer } from './idempotency.queries.js';
import type { IdempotentHttpRequest } from './idempotent-http-request.js';

/** Visible ASCII, as header fields have it; long enough for any id or hash. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Runs a request once per Idempotency-Key. The handler's value is kept, not the bytes: the answer is shaped anew, so
 * the key means the same on both faces. A run that fails frees its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & IdempotentHttpRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || !request.user) return next.handle();
    const claimed: IdempotentRequest = {
      ownerId: request.user.apiKey?.id ?? request.user.userId,
      key: checkKey(key),
      hash: hashRequest(request),
    };
    const claim = await claimKey(this.pool, claimed, randomUUID());
    switch (claim.outcome) {
      case 'done':
        http.getResponse<FastifyReply>().header('idempotent-replayed', 'true');
        return of(claim.answer);
      case 'running':
        throw new AppError('IDEMPOTENCY_IN_PROGRESS', undefined, { retryAfterSeconds: 2 });
      case 'reused':
        throw new AppError('IDEMPOTENCY_KEY_REUSED', 'Use a new Idempotency-Key for another request');
      case 'run':
        request.effectId = claim.effectId;
    }
    return next.handle().pipe(
      mergeMap(async (value) => {
        await keepAnswer(this.pool, claimed, value ?? null);
        return value;
      }),
      catchError((error: unknown) =>
        from(freeKey(this.pool, claimed).catch(() => undefined)).pipe(
          mergeMap(() => {
            throw error;
          }),
        ),
      ),
    );
  }
}

function checkKey(value: string | string[]): string {
  if (typeof value === 'string' && KEY.test(value)) return value;
  const errors = [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible characters' }];
  throw new AppError('VALIDATION_FAILED', undefined, { errors });
}

/** The face does not matter: `/v2/x` and `/x` are the same request. */
function hashRequest({ method, url, body }: FastifyRequest): Buffer {
  const path = url.replace(/^\/v2(?=\/)/, '');
  return createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? null)}`)
    .digest();
}
