import { expect, it } from 'vitest';
import { toPhoneDigits } from './phone-digits.js';

it.each([
  { name: 'plain digits', input: '5581999990000', expected: '5581999990000' },
  { name: 'as people write it', input: ' +55 (81) 99999-0000 ', expected: '5581999990000' },
  { name: 'with dots', input: '55.81.3333.0000', expected: '558133330000' },
  { name: 'with the international prefix', input: '00558133330000', expected: '558133330000' },
  { name: 'too short', input: '1234567', expected: undefined },
  { name: 'too long', input: '1234567890123456', expected: undefined },
  { name: 'an extension', input: '558133330000 ramal 2', expected: undefined },
  { name: 'nothing', input: '', expected: undefined },
  { name: 'digits of another script', input: '٥٥٨١٣٣٣٣٠٠٠٠', expected: undefined },
])('$name', ({ input, expected }) => {
  expect(toPhoneDigits(input)).toBe(expected);
});
