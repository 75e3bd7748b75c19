import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signDelivery } from './sign-delivery.js';

const one = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const two = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const body = '{"type":"onTransfer"}';

it.each([
  { name: 'its own secret', secrets: [one], check: one, text: body, expected: true },
  { name: 'the new one of two', secrets: [two, one], check: two, text: body, expected: true },
  { name: 'the old one of two', secrets: [two, one], check: one, text: body, expected: true },
  { name: 'another secret', secrets: [one], check: other, text: body, expected: false },
  { name: 'another body', secrets: [one], check: one, text: '{}', expected: false },
])('$name: $expected', ({ secrets, check, text, expected }) => {
  const headers = signDelivery(secrets, 'id', new Date(), body);
  const verify = () => new Webhook(check).verify(text, headers);
  if (expected) expect(verify).not.toThrow();
  else expect(verify).toThrow();
});
