import { describe, expect, it } from 'vitest';
import { hashSecret, webhookAddress } from './address-webhook.js';

describe('webhookAddress', () => {
  it('names the workspace and the channel', () => {
    expect(webhookAddress('https://bot.example/base', 'w', 'c')).toBe(
      'https://bot.example/base/webhooks/evolution/w/c',
    );
  });
});

describe('hashSecret', () => {
  it('is SHA-256 (the digest of "abc" in FIPS 180-4)', () => {
    expect(Buffer.from(hashSecret('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
