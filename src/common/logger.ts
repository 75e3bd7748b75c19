import { type DestinationStream, type Logger, pino } from 'pino';

/** Injection token of the process's logger. */
export const LOGGER = Symbol('LOGGER');

/**
 * What JSON leaves as it is and a terminal or a log viewer obeys all the same: C1 controls (U+009B begins an escape
 * sequence as ESC [ does), line ends of JavaScript, and marks that turn the reading direction.
 */
const OBEYED = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeCharacter = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * JSON lines on stdout, one an event whatever words of a stranger are in it; whatever may hold a secret or a customer's
 * words is redacted.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    hooks: { streamWrite: (line) => line.replace(OBEYED, escapeCharacter) },
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
  };
  return destination ? pino(options, destination) : pino(options);
}
