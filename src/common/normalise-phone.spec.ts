import { describe, expect, it } from 'vitest';
import { normalisePhone } from './normalise-phone.js';

describe('normalisePhone', () => {
  it.each([
    { name: 'as the API is mostly given it', input: '5531988887777', expected: '5531988887777' },
    { name: 'as people type it', input: '+55 (31) 98888-7777', expected: '5531988887777' },
    { name: 'without the country', input: '31 98888-7777', expected: '5531988887777' },
    { name: 'with a trunk zero', input: '031988887777', expected: '5531988887777' },
    { name: 'a mobile without the ninth digit', input: '553188887777', expected: '5531988887777' },
    { name: 'the same without the country', input: '(31) 8888-7777', expected: '5531988887777' },
    { name: 'a landline stays as it is', input: '553133334444', expected: '553133334444' },
    { name: 'area code 55 is not the country', input: '55999998888', expected: '5555999998888' },
    { name: 'another country with +', input: '+351 912 345 678', expected: '351912345678' },
    { name: 'another country without', input: '14155552671', expected: '14155552671' },
    { name: 'a JID', input: '5531988887777@s.whatsapp.net', expected: '5531988887777' },
    { name: 'a LID is no number', input: '204598811223344@lid', expected: undefined },
    { name: 'too short', input: '98888-7777', expected: undefined },
    { name: 'too long', input: '55319888877771234567', expected: undefined },
    { name: 'a name', input: 'Ana', expected: undefined },
    { name: 'nothing', input: '', expected: undefined },
  ])('$name', ({ input, expected }) => {
    expect(normalisePhone(input)).toBe(expected);
  });
});
