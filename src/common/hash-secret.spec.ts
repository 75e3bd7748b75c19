import { describe, expect, it } from 'vitest';
import { hashSecret } from './hash-secret.js';

describe('hashSecret', () => {
  it('is SHA-256 (the digest of "abc" in FIPS 180-4)', () => {
    expect(Buffer.from(hashSecret('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
