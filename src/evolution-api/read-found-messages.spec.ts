import { describe, expect, it } from 'vitest';
import { readFoundMessages } from './read-found-messages.js';

const row = {
  id: 'cm1',
  key: { id: '3EB01', remoteJid: '5521966661234@s.whatsapp.net', fromMe: true },
  message: { conversation: 'Sim' },
  messageTimestamp: 1_793_520_000,
};
const read = {
  providerId: '3EB01',
  fromMe: true,
  aliases: ['5521966661234@s.whatsapp.net'],
  type: 'TEXT',
  text: 'Sim',
  sentAtMs: 1_793_520_000_000,
  isTypedByHand: false,
};

describe('readFoundMessages', () => {
  const cases = [
    { name: 'a page', input: { messages: { total: 1, records: [row] } }, expected: [read] },
    { name: 'a bare list', input: [row], expected: [read] },
    {
      name: 'rows that cannot be read are left out',
      input: { messages: { records: [null, {}, { ...row, key: {} }, row] } },
      expected: [read],
    },
    {
      name: 'what a person typed on the phone is told from what a program sent',
      input: [
        { ...row, source: 'ios' },
        { ...row, source: 'web' },
      ],
      expected: [{ ...read, isTypedByHand: true }, read],
    },
    { name: 'nothing stored', input: { messages: { records: [] } }, expected: [] },
    { name: 'no list', input: { messages: 'none' }, expected: null },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readFoundMessages(input, 1_793_520_060_000)).toEqual(expected);
  });
});
