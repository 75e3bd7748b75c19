import { describe, expect, it } from 'vitest';
import { hashSecret } from '../common/hash-secret.js';
import { isApiKey, makeApiKey } from './api-key-format.js';

const random = Uint8Array.from({ length: 32 }, (_, n) => n * 7);

it('makes a key that is known again', () => {
  const { key, prefix, hash } = makeApiKey(random);
  expect(isApiKey(key)).toBe(true);
  expect(prefix).toBe(key.slice(0, 12));
  expect(prefix).toMatch(/^twk_.{8}$/);
  expect(hash).toEqual(hashSecret(key));
  expect(hash).toHaveLength(32);
});

it('refuses less randomness than a key needs', () => {
  expect(() => makeApiKey(random.slice(0, 31))).toThrow(RangeError);
});

describe('isApiKey', () => {
  const { key } = makeApiKey(random);
  it.each([
    { name: 'one character less', input: key.slice(0, -1) },
    { name: 'one character more', input: `${key}A` },
    { name: 'a line after it', input: `${key}\n` },
    { name: 'another beginning', input: key.replace('twk_', 'TWK_') },
    { name: 'an access token', input: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln' },
    { name: 'nothing', input: '' },
  ])('$name is none', ({ input }) => {
    expect(isApiKey(input)).toBe(false);
  });
});
