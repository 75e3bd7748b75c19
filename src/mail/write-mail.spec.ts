import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../common/language.js';
import { changeEmailMail, invitationMail, noticeMail, resetMail, verifyMail } from './write-mail.js';

const link = 'https://tawkee.example.com/console/reset#token=abc';

describe('a mail with a link', () => {
  it.each([
    { name: 'verify', input: verifyMail },
    { name: 'reset', input: resetMail },
    { name: 'change e-mail', input: changeEmailMail },
  ])('$name has the link on a line of its own, in each language', ({ input }) => {
    const mails = LANGUAGES.map((language) => input(language, link));
    for (const { text } of mails) expect(text.split('\n')).toContain(link);
    expect(new Set(mails.map((mail) => mail.subject)).size).toBe(LANGUAGES.length);
  });
});

it.each([
  'alreadyRegistered',
  'providerLinked',
  'accountTakenOver',
  'passwordChanged',
  'emailChangeAsked',
  'emailChanged',
] as const)('the notice %s is told in each language and leads nowhere', (notice) => {
  const mails = LANGUAGES.map((language) => noticeMail(language, notice));
  expect(new Set(mails.map((mail) => mail.subject)).size).toBe(LANGUAGES.length);
  for (const { text } of mails) expect(text).not.toContain('://');
});

describe('invitationMail', () => {
  it.each([
    { name: 'plain names', input: 'Doces do Porto', expected: 'Invitation to Doces do Porto' },
    {
      name: 'a header in a name',
      input: 'X\r\nBcc: all@example.com',
      expected: 'Invitation to X Bcc: all@example.com',
    },
    { name: 'other line ends', input: 'X\u2028Y\u0085Z\0', expected: 'Invitation to X Y Z' },
    { name: 'a mark that turns text around', input: 'X\u202Egro.live', expected: 'Invitation to X gro.live' },
    { name: 'a long name', input: '🎂'.repeat(61), expected: `Invitation to ${'🎂'.repeat(60)}…` },
  ])('$name', ({ input, expected }) => {
    const mail = invitationMail({ language: 'en', workspaceName: input, inviterName: input, link });
    expect(mail.subject).toBe(expected);
    expect(mail.text.split('\n')).toHaveLength(8);
    expect(mail.text.split('\n')[4]).toBe(link);
  });
});
