import { describe, expect, it } from 'vitest';
import { describeLine, type Line } from './describe-line.js';

const line = (type: string, text: string, content?: unknown): Line => ({ type, text, content });

describe('describeLine', () => {
  const cases: { name: string; input: Line; expected: string }[] = [
    { name: 'a text', input: line('TEXT', 'oi'), expected: 'oi' },
    {
      name: 'a quote',
      input: line('TEXT', 'sim', { quoted: { id: 'A', text: 'Con"firma?' } }),
      expected: '(in reply to: "Con\\"firma?") sim',
    },
    {
      name: 'a long quote',
      input: line('TEXT', 'sim', { quoted: { text: 'x'.repeat(600) } }),
      expected: `(in reply to: "${'x'.repeat(500)}") sim`,
    },
    { name: 'a quote without words', input: line('TEXT', 'sim', { quoted: { id: 'A', text: null } }), expected: 'sim' },
    { name: 'an image', input: line('IMAGE', ''), expected: '[an image, which you cannot see]' },
    { name: 'a caption', input: line('IMAGE', 'este'), expected: '[an image] este' },
    { name: 'a transcript', input: line('AUDIO', 'dois bolos'), expected: '[a voice message] dois bolos' },
    {
      name: 'a document',
      input: line('DOCUMENT', 'segue', { fileName: 'pe"dido.pdf' }),
      expected: '[a document named "pe\\"dido.pdf"] segue',
    },
    { name: 'a location', input: line('LOCATION', 'Largo (-22, -43)'), expected: '[a location] Largo (-22, -43)' },
    {
      name: 'a live location',
      input: line('LOCATION', '-22, -43', { live: { sequence: 1 } }),
      expected: '[a live location] -22, -43',
    },
    { name: 'a contact', input: line('CONTACT', 'Rui (+5521)'), expected: '[a contact card] Rui (+5521)' },
    {
      name: 'a poll',
      input: line('OTHER', 'Quando?\n- Manhã', { kind: 'pollCreationMessageV3' }),
      expected: '[a poll] Quando?\n- Manhã',
    },
    {
      name: 'a vote',
      input: line('OTHER', 'Manhã', { kind: 'pollUpdateMessage' }),
      expected: '[a vote in your poll] Manhã',
    },
    {
      name: 'a reaction',
      input: line('OTHER', '👍', { kind: 'reaction', quoted: { text: 'Pode ser?' } }),
      expected: '(in reply to: "Pode ser?") [a reaction to that message] 👍',
    },
    { name: 'a call', input: line('OTHER', '📞', { kind: 'call', video: false }), expected: '[a call]' },
    { name: 'a video call', input: line('OTHER', '📹', { kind: 'call', video: true }), expected: '[a video call]' },
    {
      name: 'a kind of the future',
      input: line('OTHER', 'olá', { kind: 'constructor' }),
      expected: '[something that is not text] olá',
    },
    {
      name: 'somebody of a group',
      input: line('TEXT', 'oi', { participant: { jid: 'x', phone: '5521', name: 'Li"a' } }),
      expected: '"Li\\"a": oi',
    },
    {
      name: 'a phone of a group',
      input: line('TEXT', 'oi', { participant: { jid: 'x', phone: '5521', name: null } }),
      expected: '"+5521": oi',
    },
    {
      name: 'a stranger of a group',
      input: line('TEXT', 'oi', { participant: { jid: '77@lid', phone: null, name: null } }),
      expected: 'oi',
    },
    { name: 'odd content', input: line('TEXT', 'oi', 'odd'), expected: 'oi' },
  ];
  it.each(cases)('shows $name', ({ input, expected }) => {
    expect(describeLine(input)).toBe(expected);
  });
});
