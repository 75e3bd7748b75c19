import { expect, it } from 'vitest';
import { hookHost } from './hook-host.js';

it.each([
  { input: 'https://example.com/hooks?key=secret', expected: 'https://example.com' },
  { input: 'http://example.com:8080#x', expected: 'http://example.com:8080' },
  { input: 'https://[2606:2800::1]/', expected: 'https://[2606:2800::1]' },
  { input: 'nothing', expected: '' },
])('$input', ({ input, expected }) => {
  expect(hookHost(input)).toBe(expected);
});
