import { describe, expect, it } from 'vitest';
import { whyNotDeletable, whyNotEditable } from './judge-change.js';

const message = {
  role: 'assistant',
  type: 'TEXT',
  status: 'DELIVERED',
  providerId: '3EB0',
  isDeleted: false,
  ageMs: 60_000,
};

describe('what can be changed', () => {
  it.each([
    { name: 'a text of ours', input: {}, expected: [true, true] },
    { name: 'a caption', input: { type: 'IMAGE' }, expected: [true, true] },
    { name: 'a document', input: { type: 'DOCUMENT' }, expected: [false, true] },
    { name: 'a voice note', input: { type: 'AUDIO' }, expected: [false, true] },
    { name: 'what the owner typed on the phone', input: { status: null }, expected: [true, true] },
    { name: 'after a quarter of an hour', input: { ageMs: 900_001 }, expected: [false, true] },
    { name: 'what the customer wrote', input: { role: 'user', status: null }, expected: [false, false] },
    { name: 'what waits', input: { status: 'QUEUED', providerId: null }, expected: [false, false] },
    { name: 'what failed', input: { status: 'FAILED', providerId: null }, expected: [false, false] },
    { name: 'what WhatsApp refused later', input: { status: 'FAILED' }, expected: [false, false] },
    { name: 'what may not have arrived', input: { status: 'UNKNOWN', providerId: null }, expected: [false, false] },
    { name: 'what was taken back', input: { isDeleted: true }, expected: [false, true] },
  ])('$name', ({ input, expected }) => {
    const facts = { ...message, ...input };
    expect([whyNotEditable(facts) === undefined, whyNotDeletable(facts) === undefined]).toEqual(expected);
  });
});
