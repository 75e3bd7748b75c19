import { describe, expect, it } from 'vitest';
import { classifyFailure } from './classify-failure.js';

describe('classifyFailure', () => {
  const cases = [
    { name: 'success', input: [201, {}], expected: null },
    { name: 'success that says so', input: [200, { status: 'SUCCESS', error: false }], expected: null },
    { name: 'failure under 200', input: [200, { error: true, message: '[object Object]' }], expected: 'failed' },
    { name: 'wrong key', input: [401, {}], expected: 'unauthorized' },
    {
      name: 'name taken',
      input: [403, { response: { message: ['This name "a" is already in use.'] } }],
      expected: 'name_taken',
    },
    { name: 'forbidden otherwise', input: [403, 'Forbidden'], expected: 'unauthorized' },
    { name: 'unknown instance', input: [404, {}], expected: 'not_found' },
    { name: 'no licence', input: [503, { code: 'LICENSE_REQUIRED' }], expected: 'licence' },
    { name: 'refused', input: [400, {}], expected: 'refused' },
    { name: 'broken', input: [500, {}], expected: 'failed' },
    { name: 'redirected', input: [301, ''], expected: 'failed' },
  ] as { name: string; input: [number, unknown]; expected: string | null }[];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(classifyFailure(...input)).toBe(expected);
  });
});
