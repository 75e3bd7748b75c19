import { describe, expect, it } from 'vitest';
import { hashContent } from './hash-text.js';
import { matchSend, type SendCandidate } from './match-send.js';

const PN = '5521966661234@s.whatsapp.net';
const LID = '778899001122334@lid';
const STARTED = 1_793_520_000_000;
const part = { textHash: hashContent('TEXT', 'ok'), aliases: [PN, LID], startedAtMs: STARTED };
const found = (providerId: string, facts: Partial<SendCandidate> = {}): SendCandidate => ({
  providerId,
  aliases: [PN],
  type: 'TEXT',
  text: 'ok',
  sentAtMs: STARTED + 1000,
  ...facts,
});

describe('matchSend', () => {
  const cases = [
    { name: 'the same text to the same partner', input: [found('A')], bound: [], expected: 'A' },
    { name: 'under the other alias', input: [found('A', { aliases: [LID] })], bound: [], expected: 'A' },
    {
      name: 'without the ninth digit',
      input: [found('A', { aliases: ['552166661234@s.whatsapp.net'] })],
      bound: [],
      expected: 'A',
    },
    {
      name: 'stamped in the second before',
      input: [found('A', { sentAtMs: STARTED - 5000 })],
      bound: [],
      expected: 'A',
    },
    { name: 'too early', input: [found('A', { sentAtMs: STARTED - 5001 })], bound: [], expected: null },
    { name: 'a picture with that caption', input: [found('A', { type: 'IMAGE' })], bound: [], expected: null },
    { name: 'another text', input: [found('A', { text: 'okay' })], bound: [], expected: null },
    {
      name: 'another partner',
      input: [found('A', { aliases: ['5521900000000@s.whatsapp.net'] })],
      bound: [],
      expected: null,
    },
    { name: 'bound elsewhere', input: [found('A')], bound: ['A'], expected: null },
    {
      name: 'identical texts: the next unbound one',
      input: [found('B', { sentAtMs: STARTED + 2000 }), found('A')],
      bound: ['A'],
      expected: 'B',
    },
    {
      name: 'identical texts: the oldest',
      input: [found('B', { sentAtMs: STARTED + 2000 }), found('A')],
      bound: [],
      expected: 'A',
    },
    { name: 'nothing found', input: [], bound: [], expected: null },
  ];
  it.each(cases)('$name', ({ input, bound, expected }) => {
    expect(matchSend(part, input, new Set(bound))).toBe(expected);
  });

  const files = [
    { name: 'a picture with the same caption', part: ['IMAGE', 'a conta'], input: ['IMAGE', 'a conta'], expected: 'A' },
    { name: 'a picture without one', part: ['IMAGE', ''], input: ['IMAGE', ''], expected: 'A' },
    { name: 'another caption', part: ['IMAGE', 'a conta'], input: ['IMAGE', ''], expected: null },
    { name: 'a video', part: ['IMAGE', 'a conta'], input: ['VIDEO', 'a conta'], expected: null },
    { name: 'a transcribed voice note', part: ['AUDIO', ''], input: ['AUDIO', 'bom dia'], expected: 'A' },
    { name: 'a text for a file', part: ['IMAGE', 'a conta'], input: ['TEXT', 'a conta'], expected: null },
  ] as const;
  it.each(files)('$name', ({ part: [kind, caption], input: [type, text], expected }) => {
    expect(matchSend({ ...part, textHash: hashContent(kind, caption) }, [found('A', { type, text })], new Set())).toBe(
      expected,
    );
  });
});
