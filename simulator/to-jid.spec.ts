import { describe, expect, it } from 'vitest';
import { toJid } from './to-jid.js';

const cases = [
  { name: 'area code 31 loses the ninth digit', input: '5531988887777', expected: '553188887777@s.whatsapp.net' },
  {
    name: 'area code 85 too, from a full JID',
    input: '5585999990000@s.whatsapp.net',
    expected: '558599990000@s.whatsapp.net',
  },
  { name: 'area code 11 keeps it', input: '5511988887777', expected: '5511988887777@s.whatsapp.net' },
  { name: 'already eight digits', input: '553188887777', expected: '553188887777@s.whatsapp.net' },
  { name: 'a landline-like number stays', input: '553133334444', expected: '553133334444@s.whatsapp.net' },
  { name: 'punctuation is tolerated', input: '+55 (31) 98888-7777', expected: '553188887777@s.whatsapp.net' },
  { name: 'device suffix goes', input: '553188887777:12@s.whatsapp.net', expected: '553188887777@s.whatsapp.net' },
  { name: 'Mexico', input: '5215512345678', expected: '525512345678@s.whatsapp.net' },
  { name: 'Argentina', input: '5491112345678', expected: '541112345678@s.whatsapp.net' },
  { name: 'Germany is untouched', input: '491510000001', expected: '491510000001@s.whatsapp.net' },
  { name: 'a LID is no number', input: '204598811223344@lid', expected: '204598811223344@lid' },
  { name: 'a group', input: '120363041234567890@g.us', expected: '120363041234567890@g.us' },
];

describe('toJid', () => {
  it.each(cases)('$name', ({ input, expected }) => expect(toJid(input)).toBe(expected));
});
