import { describe, expect, it } from 'vitest';
import { readErrorText } from './read-error.js';

describe('readErrorText', () => {
  const cases = [
    {
      name: 'nested array',
      input: { response: { message: [['a is required', 'b too']] } },
      expected: 'a is required; b too',
    },
    {
      name: 'objects with a property',
      input: { response: { message: [{ property: 'groupJid', message: 'bad' }] } },
      expected: 'groupJid: bad',
    },
    {
      name: 'plain text',
      input: { status: 500, response: { message: 'Connection Closed' } },
      expected: 'Connection Closed',
    },
    {
      name: 'not on WhatsApp',
      input: { response: { message: [{ jid: 'x', exists: false, number: '55' }] } },
      expected: '55 is not on WhatsApp',
    },
    {
      name: 'no wrapper',
      input: { status: 400, error: 'Bad Request', message: ['Method not available'] },
      expected: 'Method not available',
    },
    {
      name: 'only an error',
      input: { error: 'service not activated', code: 'LICENSE_REQUIRED' },
      expected: 'service not activated',
    },
    { name: 'HTML', input: '<html><h1>502</h1>\n<p>nginx</p></html>', expected: '502 nginx' },
    { name: 'nothing', input: null, expected: '' },
    { name: 'endless', input: 'a'.repeat(9000), expected: 'a'.repeat(500) },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readErrorText(input)).toBe(expected);
  });
});
