import { describe, expect, it } from 'vitest';
import { normaliseJid, readIdentity } from './read-identity.js';

const OWN = '5521977770000@s.whatsapp.net';
const PN = '5521966661234@s.whatsapp.net';
const LID = '778899001122334@lid';

describe('normaliseJid', () => {
  it.each([
    { name: 'device', input: '5521966661234:12@s.whatsapp.net', expected: PN },
    { name: 'old domain', input: '5521966661234@c.us', expected: PN },
    { name: 'bare digits', input: '5521966661234', expected: PN },
    { name: 'device of a LID', input: '778899001122334:2@lid', expected: LID },
    { name: 'empty', input: ' ', expected: null },
    { name: 'no text', input: 5521966661234, expected: null },
    { name: 'too long', input: `${'1'.repeat(200)}@lid`, expected: null },
  ])('$name', ({ input, expected }) => {
    expect(normaliseJid(input)).toBe(expected);
  });
});

describe('readIdentity', () => {
  const cases = [
    {
      name: 'phone first, LID beside',
      input: { remoteJid: PN, remoteJidAlt: LID },
      expected: { aliases: [PN, LID], address: PN },
    },
    {
      name: 'LID first, phone beside',
      input: { remoteJid: LID, remoteJidAlt: PN },
      expected: { aliases: [PN, LID], address: PN },
    },
    { name: 'both the same', input: { remoteJid: PN, remoteJidAlt: PN }, expected: { aliases: [PN] } },
    { name: 'senderPn of older versions', input: { remoteJid: LID, senderPn: PN }, expected: { aliases: [PN, LID] } },
    {
      name: 'previousRemoteJid of older versions',
      input: { remoteJid: PN, previousRemoteJid: LID },
      expected: { aliases: [PN, LID] },
    },
    { name: 'only a LID', input: { remoteJid: LID }, expected: { aliases: [LID], address: LID, phone: null } },
    { name: 'our own JID is no alias', input: { remoteJid: LID, remoteJidAlt: OWN }, expected: { aliases: [LID] } },
    {
      name: 'of our own message: the sender is us',
      input: { remoteJid: PN, fromMe: true, senderLid: '1122334455667@lid', remoteJidAlt: '1122334455667@lid' },
      expected: { aliases: [PN] },
    },
    {
      name: 'of our own message: a phone beside a LID',
      input: { remoteJid: LID, fromMe: true, remoteJidAlt: PN },
      expected: { aliases: [PN, LID] },
    },
    {
      name: 'status',
      input: { remoteJid: 'status@broadcast', participant: PN },
      expected: { scope: 'status', aliases: ['status@broadcast'] },
    },
    { name: 'broadcast list', input: { remoteJid: '123456@broadcast' }, expected: { scope: 'broadcast' } },
    { name: 'newsletter', input: { remoteJid: '123456@newsletter' }, expected: { scope: 'newsletter' } },
    { name: 'no id', input: { id: '', remoteJid: PN }, expected: { problem: 'no key.id' } },
    { name: 'no chat', input: {}, expected: { problem: 'no key.remoteJid' } },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readIdentity({ id: 'A1', fromMe: false, ...input }, OWN)).toMatchObject(expected);
  });

  it('trusts no alternative of our own message while our number is unknown', () => {
    expect(readIdentity({ id: 'A', fromMe: true, remoteJid: LID, remoteJidAlt: PN }, null)).toMatchObject({
      aliases: [LID],
    });
  });
});
