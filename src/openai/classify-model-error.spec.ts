import { describe, expect, it } from 'vitest';
import { classifyModelError, type ModelFailure, parseGoDuration } from './classify-model-error.js';

const NOW = Date.UTC(2026, 10, 1);
const failure = (facts: Partial<ModelFailure>): ModelFailure => ({ status: null, body: '', headers: {}, ...facts });
const body = (code: string | null, type: string | null = null) =>
  JSON.stringify({ error: { message: 'words change, do not branch on them', code, type, param: null } });

describe('classifyModelError', () => {
  const cases: { name: string; input: Partial<ModelFailure>; expected: unknown[] }[] = [
    { name: 'rate limit', input: { status: 429, body: body('rate_limit_exceeded') }, expected: ['rate', true, null] },
    { name: 'rate limit without a body', input: { status: 429 }, expected: ['rate', true, null] },
    { name: 'slow down', input: { status: 429, body: body('slow_down') }, expected: ['overloaded', true, null] },
    {
      name: 'quota by code',
      input: { status: 429, body: body('insufficient_quota') },
      expected: ['quota', false, null],
    },
    {
      name: 'quota by type',
      input: { status: 429, body: body(null, 'insufficient_quota') },
      expected: ['quota', false, null],
    },
    {
      name: 'quota is not retried though the server names a time',
      input: { status: 429, body: body('project_spend_limit_exceeded'), headers: { 'retry-after': '3' } },
      expected: ['quota', false, null],
    },
    {
      name: 'payment required',
      input: { status: 402, body: 'Insufficient Balance' },
      expected: ['quota', false, null],
    },
    {
      name: 'wrong key',
      input: { status: 401, body: body('invalid_api_key') },
      expected: ['credentials', false, null],
    },
    {
      name: 'country not served',
      input: { status: 403, body: body('unsupported_country_region_territory') },
      expected: ['credentials', false, null],
    },
    {
      name: 'model gone',
      input: { status: 404, body: body('model_not_found') },
      expected: ['model_not_found', false, null],
    },
    {
      name: 'prompt too long',
      input: { status: 400, body: body('context_length_exceeded', 'invalid_request_error') },
      expected: ['too_long', false, null],
    },
    {
      name: 'our bug',
      input: { status: 400, body: body('unsupported_parameter') },
      expected: ['invalid', false, null],
    },
    { name: 'unprocessable', input: { status: 422, body: '["no"]' }, expected: ['invalid', false, null] },
    { name: 'a redirect is not followed', input: { status: 302 }, expected: ['invalid', false, null] },
    { name: 'conflict', input: { status: 409 }, expected: ['server', true, null] },
    {
      name: 'server error with HTML',
      input: { status: 502, body: '<html>Bad gateway</html>' },
      expected: ['server', true, null],
    },
    {
      name: 'overloaded, with a time',
      input: { status: 503, headers: { 'retry-after': '2' } },
      expected: ['overloaded', true, 2000],
    },
    { name: 'overloaded, another server', input: { status: 529 }, expected: ['overloaded', true, null] },
    {
      name: 'an array as body',
      input: { status: 400, body: [{ error: { code: 'context_length_exceeded' } }] },
      expected: ['too_long', false, null],
    },
    {
      name: 'a number as code',
      input: { status: 400, body: [{ error: { code: 400 } }] },
      expected: ['invalid', false, null],
    },
    {
      name: 'failed inside a 200',
      input: { status: 200, body: { error: { code: 'server_error' } } },
      expected: ['server', true, null],
    },
    {
      name: 'refused inside a 200',
      input: { status: 200, body: { error: { code: 'invalid_prompt' } } },
      expected: ['invalid', false, null],
    },
    { name: 'HTML inside a 200', input: { status: 200, body: '<html>' }, expected: ['unreadable', true, null] },
    {
      name: 'a code that is a prototype key',
      input: { status: 400, body: body('constructor') },
      expected: ['invalid', false, null],
    },
    { name: 'no answer in time', input: { cause: 'timeout' }, expected: ['timeout', true, null] },
    { name: 'no connection', input: { cause: 'network' }, expected: ['network', true, null] },
    {
      name: 'milliseconds come first',
      input: { status: 429, headers: { 'retry-after-ms': '250', 'retry-after': '9' } },
      expected: ['rate', true, 250],
    },
    {
      name: 'the reset of the limit that is used up',
      input: {
        status: 429,
        headers: {
          'x-ratelimit-remaining-requests': '12',
          'x-ratelimit-reset-requests': '6m0s',
          'x-ratelimit-remaining-tokens': '0',
          'x-ratelimit-reset-tokens': '1.5s',
        },
      },
      expected: ['rate', true, 1500],
    },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    const { family, retryable, retryAfterMs } = classifyModelError(failure(input), NOW);
    expect([family, retryable, retryAfterMs]).toEqual(expected);
  });
});

describe('parseGoDuration', () => {
  it.each([
    { input: '12ms', expected: 12 },
    { input: '1h2m3s', expected: 3_723_000 },
    { input: '-1', expected: null },
    { input: undefined, expected: null },
  ])('$input', ({ input, expected }) => {
    expect(parseGoDuration(input)).toBe(expected);
  });
});
