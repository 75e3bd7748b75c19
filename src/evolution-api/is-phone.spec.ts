import { describe, expect, it } from 'vitest';
import { isPhone } from './is-phone.js';

describe('isPhone', () => {
  it.each([
    { name: 'an iPhone', input: 'ios', expected: true },
    { name: 'an Android phone', input: 'android', expected: true },
    { name: 'WhatsApp Web, and every send of the gateway', input: 'web', expected: false },
    { name: 'not told', input: undefined, expected: false },
  ])('$name', ({ input, expected }) => {
    expect(isPhone(input)).toBe(expected);
  });
});
