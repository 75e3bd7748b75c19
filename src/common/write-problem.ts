import { type AppError, ERRORS } from './app-error.js';
import type { Language } from './language.js';
import { pathOf, readFace } from './read-face.js';
import { translate } from './sentences.js';

/** An error as it goes out. */
export interface WrittenProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The answer to a failed request: `application/problem+json` (RFC 9457), or `{error, code, requestId}` under `/v2`.
 * Its sentences are in the caller's language. A 401 names the scheme (RFC 9110, 11.6.1), and a wait is told in whole seconds (RFC 9110, 10.2.3).
 */
export function writeProblem(
  error: AppError,
  url: string,
  requestId: string,
  language: Language = 'en',
): WrittenProblem {
  const { status } = ERRORS[error.code];
  const { retryAfterSeconds } = error.extra;
  const title = translate(ERRORS[error.code].title, language);
  const detail = translate(error.message, language);
  const errors = error.extra.errors?.map(({ path, message }) => ({ path, message: translate(message, language) }));
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
      ? { error: detail, code: error.code, requestId, ...fields }
      : {
          type: `urn:tawkee:problem:${error.code}`,
          title,
          status,
          detail,
          instance: pathOf(url),
          code: error.code,
          requestId,
          ...fields,
        },
  };
}
