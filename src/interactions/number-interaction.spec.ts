import { expect, it } from 'vitest';
import { toProtocol } from './number-interaction.js';

it.each([
  {
    name: 'zeros',
    input: '018f0000-0000-7000-8000-000000000000',
    at: '2026-11-25T10:00:00Z',
    expected: '20261125-000000',
  },
  {
    name: 'the last digit',
    input: '018f0000-0000-7000-8000-00000000001f',
    at: '2026-01-02T00:00:00Z',
    expected: '20260102-00000Z',
  },
  {
    name: 'a whole suffix',
    input: '018f0000-0000-7000-8000-0000ffffffff',
    at: '2026-11-25T23:59:59.999Z',
    expected: '20261125-ZZZZZZ',
  },
  {
    name: 'capital letters alike',
    input: '018F0000-0000-7000-8000-00000000001F',
    at: '2026-01-02T00:00:00Z',
    expected: '20260102-00000Z',
  },
])('$name', ({ input, at, expected }) => {
  expect(toProtocol(input, new Date(at))).toBe(expected);
});
