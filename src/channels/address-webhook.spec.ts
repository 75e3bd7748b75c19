import { describe, expect, it } from 'vitest';
import { webhookAddress, webhookMark } from './address-webhook.js';

describe('webhookAddress', () => {
  it('names the workspace and the channel', () => {
    expect(webhookAddress('https://bot.example/base', 'w', 'c')).toBe(
      'https://bot.example/base/webhooks/evolution/w/c',
    );
  });
});

describe('webhookMark', () => {
  it('differs with the address and with the events', () => {
    expect(webhookMark('https://bot.example/w', ['A', 'B'])).toBe('https://bot.example/w#A,B');
  });
});
