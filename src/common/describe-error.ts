import { AppError, ERRORS, type ErrorCode } from './app-error.js';

/** A failure in words a caller may read, and whether it is our fault (then it is logged with its stack). */
export interface DescribedError {
  readonly error: AppError;
  readonly unexpected: boolean;
}

const FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  501: 'NOT_IMPLEMENTED',
  503: 'TEMPORARILY_UNAVAILABLE',
};

/** Prisma's error codes, https://www.prisma.io/docs/orm/reference/error-reference */
const PRISMA: Readonly<Record<string, ErrorCode>> = {
  P2002: 'CONFLICT',
  P2003: 'CONFLICT',
  P2025: 'NOT_FOUND',
  P1001: 'TEMPORARILY_UNAVAILABLE',
  P1002: 'TEMPORARILY_UNAVAILABLE',
  P1008: 'TEMPORARILY_UNAVAILABLE',
  P1017: 'TEMPORARILY_UNAVAILABLE',
  P2024: 'TEMPORARILY_UNAVAILABLE',
  P2028: 'TEMPORARILY_UNAVAILABLE',
  P2034: 'TEMPORARILY_UNAVAILABLE',
  P2037: 'TEMPORARILY_UNAVAILABLE',
};

/** SQLSTATE classes 08, 53 and 57, 25006 during a failover (https://www.postgresql.org/docs/current/errcodes-appendix.html), sockets. */
const CONNECTION_CODE = /^((08|53|57)\w{3}|25006|ECONN\w+|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/;
const CONNECTION_KIND = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);
/** node-postgres gives these no code. */
const CONNECTION_TEXT = /connection terminated|timeout exceeded when trying to connect|pool after calling end/i;

const RETRY_AFTER_SECONDS = 2;

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

function isDatabaseDown(error: unknown, depth = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false;
  const code = field(error, 'code') ?? field(error, 'originalCode');
  if (typeof code === 'string' && CONNECTION_CODE.test(code)) return true;
  const kind = field(error, 'kind');
  if (typeof kind === 'string' && CONNECTION_KIND.has(kind)) return true;
  if (error instanceof Error && CONNECTION_TEXT.test(error.message)) return true;
  if (field(error, 'name') === 'PrismaClientInitializationError') return true;
  return [field(error, 'cause'), field(field(error, 'meta'), 'driverAdapterError')].some((inner) =>
    isDatabaseDown(inner, depth + 1),
  );
}

const unavailable = () =>
  new AppError('TEMPORARILY_UNAVAILABLE', 'The database does not answer; try again in a moment', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

function codeOf(error: unknown): ErrorCode | undefined {
  // Nest wraps what Fastify throws and keeps it as the cause.
  for (const code of [field(error, 'code'), field(field(error, 'cause'), 'code')]) {
    const known = typeof code === 'string' ? (FASTIFY[code] ?? PRISMA[code]) : undefined;
    if (known) return known;
  }
  if (error instanceof SyntaxError && field(error, 'statusCode') === 400) return 'MALFORMED_JSON';
  const getStatus = field(error, 'getStatus');
  const status = typeof getStatus === 'function' ? getStatus.call(error) : field(error, 'statusCode');
  if (typeof status !== 'number') return undefined;
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'BAD_REQUEST' : undefined);
}

/**
 * Answers what a caller may know of anything that was thrown: codes of ours pass, errors of Nest, Fastify and the
 * database get the nearest code of the one table, the rest is INTERNAL. Nothing of a foreign message gets through,
 * since it may hold SQL, paths or secrets.
 */
export function describeError(error: unknown): DescribedError {
  if (error instanceof AppError) return { error, unexpected: ERRORS[error.code].status === 500 };
  const code = codeOf(error);
  if (code === 'TEMPORARILY_UNAVAILABLE') return { error: unavailable(), unexpected: false };
  if (code) return { error: new AppError(code), unexpected: false };
  if (isDatabaseDown(error)) return { error: unavailable(), unexpected: false };
  return { error: new AppError('INTERNAL'), unexpected: true };
}
