import { expect, it } from 'vitest';
import { listJidAliases, listPhoneAliases } from './list-phone-aliases.js';

it.each([
  { name: 'a Brazilian mobile', input: '5581988880001', expected: ['5581988880001', '558188880001'] },
  { name: 'an older spelling of it', input: '558188880001', expected: ['558188880001', '5581988880001'] },
  { name: 'a Brazilian landline', input: '558133330000', expected: ['558133330000'] },
  { name: 'a Mexican mobile', input: '5215512345678', expected: ['5215512345678', '525512345678'] },
  { name: 'the same without its 1', input: '525512345678', expected: ['525512345678', '5215512345678'] },
  { name: 'an Argentine mobile', input: '5491123456789', expected: ['5491123456789', '541123456789'] },
  { name: 'the same without its 9', input: '541123456789', expected: ['541123456789', '5491123456789'] },
  { name: 'a phone elsewhere', input: '351912345678', expected: ['351912345678'] },
])('$name', ({ input, expected }) => {
  expect(listPhoneAliases(input)).toEqual(expected.map((number) => `${number}@s.whatsapp.net`));
});

it('knows a phone by its address too, and leaves any other address alone', () => {
  expect(listJidAliases('5581988880001@s.whatsapp.net')).toEqual(listPhoneAliases('5581988880001'));
  expect(listJidAliases('204598811223344@lid')).toEqual(['204598811223344@lid']);
});
