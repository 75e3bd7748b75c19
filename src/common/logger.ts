import { type Logger, pino } from 'pino';

/** Injection token of the process's logger. */
export const LOGGER = Symbol('LOGGER');

/** JSON lines on stdout; whatever may hold a secret or a customer's words is redacted. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    redact: {
      paths: [
        '*.apikey',
        '*.apiKey',
        '*.authorization',
        '*.password',
        '*.token',
        '*.accessToken',
        '*.refreshToken',
        '*.secret',
        'req.headers',
        'err.requestBody',
        'err.requestBodyValues',
        'err.responseBody',
      ],
      censor: '[redacted]',
    },
  });
}
