import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.js';
import { writeProblem } from './write-problem.js';

describe('writeProblem', () => {
  it.each([
    {
      name: 'our own face, query left out',
      input: [new AppError('NOT_FOUND'), '/agent/1?token=abc'] as const,
      expected: {
        status: 404,
        headers: { 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' },
        body: {
          type: 'urn:tawkee:problem:NOT_FOUND',
          title: 'Not found',
          status: 404,
          detail: 'Not found',
          instance: '/agent/1',
          code: 'NOT_FOUND',
          requestId: 'r1',
        },
      },
    },
    {
      name: 'the published face, with the fields that were refused',
      input: [
        new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'name', message: 'is needed' }] }),
        '/v2/agent/1',
      ] as const,
      expected: {
        status: 400,
        headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
        body: {
          error: 'Some fields are not valid',
          code: 'VALIDATION_FAILED',
          requestId: 'r1',
          errors: [{ path: 'name', message: 'is needed' }],
        },
      },
    },
    {
      name: 'a 401 names the scheme',
      input: [new AppError('UNAUTHORIZED'), '/v2/x'] as const,
      expected: {
        status: 401,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          'www-authenticate': 'Bearer',
        },
        body: { error: 'Sign in first', code: 'UNAUTHORIZED', requestId: 'r1' },
      },
    },
    {
      name: 'a wait is whole seconds, never 0',
      input: [new AppError('TOO_MANY_REQUESTS', undefined, { retryAfterSeconds: 0.2 }), '/v2/x'] as const,
      expected: {
        status: 429,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          'retry-after': '1',
        },
        body: { error: 'Too many requests', code: 'TOO_MANY_REQUESTS', requestId: 'r1' },
      },
    },
  ])('$name', ({ input: [error, url], expected }) => {
    expect(writeProblem(error, url, 'r1')).toEqual(expected);
  });
});
