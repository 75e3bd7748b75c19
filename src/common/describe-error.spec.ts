import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.js';
import { describeError } from './describe-error.js';

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error('SELECT secret FROM users'), { code, ...more });
const nest = (status: number) => Object.assign(new Error('Cannot GET /x'), { getStatus: () => status });

describe('describeError', () => {
  it.each([
    { name: 'our own code passes', input: new AppError('EMAIL_TAKEN'), expected: 'EMAIL_TAKEN' },
    { name: 'Nest 404', input: nest(404), expected: 'NOT_FOUND' },
    {
      name: 'malformed JSON as Nest wraps it',
      input: Object.assign(nest(400), { cause: coded('FST_ERR_CTP_INVALID_JSON_BODY') }),
      expected: 'MALFORMED_JSON',
    },
    { name: 'Nest 405 has no code of its own', input: nest(405), expected: 'BAD_REQUEST' },
    { name: 'Nest 500', input: nest(500), expected: 'INTERNAL' },
    { name: 'too large', input: coded('FST_ERR_CTP_BODY_TOO_LARGE', { statusCode: 413 }), expected: 'BODY_TOO_LARGE' },
    {
      name: 'not JSON',
      input: coded('FST_ERR_CTP_INVALID_MEDIA_TYPE', { statusCode: 415 }),
      expected: 'UNSUPPORTED_MEDIA_TYPE',
    },
    {
      name: 'JSON announced and nothing sent',
      input: coded('FST_ERR_CTP_EMPTY_JSON_BODY', { statusCode: 400 }),
      expected: 'MALFORMED_JSON',
    },
    {
      name: 'parser failure without a code',
      input: Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }),
      expected: 'MALFORMED_JSON',
    },
    { name: 'unique key', input: coded('P2002'), expected: 'CONFLICT' },
    { name: 'row gone', input: coded('P2025'), expected: 'NOT_FOUND' },
    { name: 'pool exhausted', input: coded('P2024'), expected: 'TEMPORARILY_UNAVAILABLE' },
    { name: 'server shutting down', input: coded('57P01'), expected: 'TEMPORARILY_UNAVAILABLE' },
    { name: 'nobody listens', input: coded('ECONNREFUSED'), expected: 'TEMPORARILY_UNAVAILABLE' },
    {
      name: 'driver adapter says the server is gone',
      input: Object.assign(new Error('x'), { cause: { kind: 'DatabaseNotReachable' } }),
      expected: 'TEMPORARILY_UNAVAILABLE',
    },
    {
      name: 'pg drops the link',
      input: new Error('Connection terminated unexpectedly'),
      expected: 'TEMPORARILY_UNAVAILABLE',
    },
    { name: 'a bug', input: new TypeError('x is undefined'), expected: 'INTERNAL' },
    { name: 'a thrown string', input: 'boom', expected: 'INTERNAL' },
    { name: 'nothing at all', input: undefined, expected: 'INTERNAL' },
  ])('$name', ({ input, expected }) => {
    const { error, unexpected } = describeError(input);
    expect(error.code).toBe(expected);
    expect(unexpected).toBe(expected === 'INTERNAL');
    expect(error.message).not.toContain('SELECT');
  });
});
