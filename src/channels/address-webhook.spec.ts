import { describe, expect, it } from 'vitest';
import { webhookAddress } from './address-webhook.js';

describe('webhookAddress', () => {
  it('names the workspace and the channel', () => {
    expect(webhookAddress('https://bot.example/base', 'w', 'c')).toBe(
      'https://bot.example/base/webhooks/evolution/w/c',
    );
  });
});
