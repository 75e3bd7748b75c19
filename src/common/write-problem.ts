import { type AppError, ERRORS } from './app-error.js';
import { pathOf, readFace } from './read-face.js';

/** An error as it goes out. */
export interface WrittenProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The answer to a failed request: `application/problem+json` (RFC 9457), or `{error, code, requestId}` under `/v2`.
 * A 401 names the scheme (RFC 9110, 11.6.1), and a wait is told in whole seconds (RFC 9110, 10.2.3).
 */
export function writeProblem(error: AppError, url: string, requestId: string): WrittenProblem {
  const { status, title } = ERRORS[error.code];
  const { errors, retryAfterSeconds } = error.extra;
  const fields = errors?.length ? { errors } : {};
  const published = readFace(url) === 'v2';
  return {
    status,
    headers: {
      'content-type': published ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
    },
    body: published
      ? { error: error.message, code: error.code, requestId, ...fields }
      : {
          type: `urn:tawkee:problem:${error.code}`,
          title,
          status,
          detail: error.message,
          instance: pathOf(url),
          code: error.code,
          requestId,
          ...fields,
        },
  };
}
