import { Webhook } from 'standardwebhooks';

/**
 * The headers of Standard Webhooks: `id` is the same at every attempt, `at` the moment of this one, and each secret adds
 * a signature, so that a receiver may know any of them.
 */
export function signDelivery(secrets: readonly string[], id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
