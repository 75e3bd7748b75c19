import { describe, expect, it } from 'vitest';
import { judgePhoneMessage, type PhoneRules } from './judge-phone-message.js';

const none: PhoneRules = {
  endTrigger: null,
  callRejectMessage: null,
  takeOutsideService: null,
  takeOutsideServiceCommand: null,
  takeOutsideServiceCommandReturn: null,
};
const command = { ...none, takeOutsideServiceCommand: '#assumir', takeOutsideServiceCommandReturn: true };

describe('judgePhoneMessage', () => {
  it.each([
    { name: 'a person wins by default', input: ['oi', none, false], expected: 'take' },
    { name: 'each message of theirs counts', input: ['oi', none, true], expected: 'take' },
    { name: 'unless the shop says no', input: ['oi', { ...none, takeOutsideService: false }, false], expected: 'keep' },
    {
      name: 'the command always',
      input: ['#Assumir ', { ...command, takeOutsideService: false }, false],
      expected: 'command',
    },
    { name: 'the command again', input: ['#assumir', command, true], expected: 'return' },
    {
      name: 'the command again, where it does not return',
      input: ['#assumir', { ...command, takeOutsideServiceCommandReturn: null }, true],
      expected: 'command',
    },
    { name: 'a word that only contains the command', input: ['diga #assumir', command, true], expected: 'take' },
    { name: 'the end', input: ['TCHAU', { ...none, endTrigger: 'tchau' }, true], expected: 'finish' },
    {
      name: 'a refused call',
      input: ['Ligue depois.', { ...none, callRejectMessage: 'Ligue depois.' }, false],
      expected: 'machine',
    },
    {
      name: 'an empty setting is no command',
      input: ['', { ...none, takeOutsideServiceCommand: ' ' }, true],
      expected: 'take',
    },
  ] as const)('$name', ({ input, expected }) => {
    expect(judgePhoneMessage(...(input as unknown as Parameters<typeof judgePhoneMessage>))).toBe(expected);
  });
});
