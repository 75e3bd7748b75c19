/** Every error a caller can meet, with its HTTP status and title. The one table from code to status. */
export const ERRORS = {
  BAD_REQUEST: { status: 400, title: 'The request cannot be understood' },
  VALIDATION_FAILED: { status: 400, title: 'Some fields are not valid' },
  MALFORMED_JSON: { status: 400, title: 'The body is not valid JSON' },
  MALFORMED_ID: { status: 400, title: 'An id in the path is not a UUID' },
  URL_NOT_ALLOWED: { status: 400, title: 'An address does not lead to the public internet' },
  INVALID_TOKEN: { status: 400, title: 'This link or code is not valid any more' },
  OAUTH_FAILED: { status: 400, title: 'The sign-in through the provider did not work' },
  UNAUTHORIZED: { status: 401, title: 'Sign in first' },
  INVALID_CREDENTIALS: { status: 401, title: 'E-mail or password is wrong' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow this' },
  WORKSPACE_SUSPENDED: { status: 403, title: 'This workspace is suspended' },
  REGISTRATION_CLOSED: { status: 403, title: 'Registration is by invitation' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive' },
  EMAIL_TAKEN: { status: 409, title: 'This e-mail already has an account' },
  LAST_OWNER: { status: 409, title: 'A workspace needs an owner' },
  ALREADY_MEMBER: { status: 409, title: 'This person is a member already' },
  CHANNEL_NOT_CONNECTED: { status: 409, title: 'The WhatsApp number is not connected' },
  MESSAGE_NOT_CHANGEABLE: { status: 409, title: 'This message cannot be changed' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: 'This Idempotency-Key was used for another request' },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  CONFLICT: { status: 409, title: 'This conflicts with what is stored' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Send JSON' },
  CHANNEL_TYPE_NOT_SUPPORTED: { status: 422, title: 'This channel type is not built' },
  NOT_ON_WHATSAPP: { status: 422, title: 'This number is not on WhatsApp' },
  MODEL_NOT_SERVED: { status: 422, title: 'No configured provider serves this model' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
  NOT_IMPLEMENTED: { status: 501, title: 'Not built yet' },
  GATEWAY_FAILED: { status: 502, title: 'The WhatsApp gateway did not do it' },
  TEMPORARILY_UNAVAILABLE: { status: 503, title: 'Temporarily unavailable' },
  ANSWER_TIMEOUT: { status: 504, title: 'The agent did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One field that was refused: its path ("hours.0.start") and a sentence. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** An error a caller may see: a code, a sentence that says what to do next, and no internals. */
export class AppError extends Error {
  readonly status: number;
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    readonly extra: { errors?: readonly FieldProblem[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail ?? ERRORS[code].title, { cause: extra.cause });
    this.status = ERRORS[code].status;
  }
}
