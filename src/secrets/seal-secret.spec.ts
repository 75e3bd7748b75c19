import { describe, expect, it } from 'vitest';
import { buildKeyring, isSealedWithCurrent, openSecret, sealSecret, UnreadableSecretError } from './seal-secret.js';

const place = { workspaceId: '018f0000-0000-7000-8000-000000000001', field: 'intentions.headers' };
const iv = Buffer.from('000102030405060708090a0b', 'hex');
const keyring = buildKeyring('the key of today', []);
const sealed = sealSecret(keyring, iv, place, 'Bearer abc');
const rotated = buildKeyring('the key of tomorrow', ['the key of today']);

/** The sealed text with one bit of one byte turned over. */
function flip(index: number): string {
  const bytes = Buffer.from(sealed.slice('sealed.'.length), 'base64url');
  bytes[index]! ^= 1;
  return `sealed.${bytes.toString('base64url')}`;
}

describe('openSecret', () => {
  it.each(['', 'Bearer abc', 'ç'.repeat(5_000), '\u{1f600}'])('gives back what was sealed', (plain) => {
    expect(openSecret(keyring, place, sealSecret(keyring, iv, place, plain))).toBe(plain);
  });

  it('opens what an older key sealed', () => {
    expect(openSecret(rotated, place, sealed)).toBe('Bearer abc');
  });

  it.each<{ name: string; open: () => string }>([
    { name: 'another workspace', open: () => openSecret(keyring, { ...place, workspaceId: 'other' }, sealed) },
    { name: 'another field', open: () => openSecret(keyring, { ...place, field: 'other' }, sealed) },
    { name: 'an unknown key', open: () => openSecret(buildKeyring('a key of nobody', []), place, sealed) },
    { name: 'a changed version', open: () => openSecret(keyring, place, flip(0)) },
    { name: 'a changed key id', open: () => openSecret(keyring, place, flip(1)) },
    { name: 'a changed iv', open: () => openSecret(keyring, place, flip(5)) },
    { name: 'a changed tag', open: () => openSecret(keyring, place, flip(17)) },
    { name: 'a changed text', open: () => openSecret(keyring, place, flip(33)) },
    { name: 'a cut text', open: () => openSecret(keyring, place, sealed.slice(0, -3)) },
    { name: 'a cut tag', open: () => openSecret(keyring, place, sealed.slice(0, 40)) },
    { name: 'nothing but the prefix', open: () => openSecret(keyring, place, 'sealed.') },
    { name: 'plain text', open: () => openSecret(keyring, place, 'Bearer abc') },
  ])('refuses $name', ({ open }) => {
    expect(open).toThrow(UnreadableSecretError);
  });
});

describe('sealSecret', () => {
  it('shows neither the secret nor the key', () => {
    expect(sealed).toMatch(/^sealed\.[\w-]+$/);
    const bytes = Buffer.from(sealed.slice('sealed.'.length), 'base64url').toString('latin1');
    expect(bytes).not.toContain('Bearer');
    expect(bytes).not.toContain('key of today');
  });

  it('gives another text with another iv', () => {
    expect(sealSecret(keyring, Buffer.alloc(12, 9), place, 'Bearer abc')).not.toBe(sealed);
  });
});

describe('isSealedWithCurrent', () => {
  it.each([
    { name: 'the current key', ring: keyring, text: sealed, expected: true },
    { name: 'an older key', ring: rotated, text: sealed, expected: false },
    { name: 'plain text', ring: keyring, text: 'Bearer abc', expected: false },
  ])('$name: $expected', ({ ring, text, expected }) => {
    expect(isSealedWithCurrent(ring, text)).toBe(expected);
  });
});

describe('buildKeyring', () => {
  it('refuses one key twice', () => {
    expect(() => buildKeyring('the same', ['another', 'the same'])).toThrow('SECRETS_KEY_PREVIOUS');
  });
});
