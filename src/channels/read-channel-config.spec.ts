import { describe, expect, it } from 'vitest';
import { readChannelConfig, readNumberSettings } from './read-channel-config.js';

const DEFAULTS = readChannelConfig({});

describe('readChannelConfig', () => {
  it('types, answers private chats and leaves groups alone by default', () => {
    expect(DEFAULTS).toMatchObject({
      enabledTyping: true,
      enablePrivateChatResponse: true,
      enableGroupsResponse: false,
      audioAction: null,
    });
    expect(Object.keys(DEFAULTS)).toHaveLength(17);
  });

  it.each([
    { name: 'nothing stored', input: null, expected: DEFAULTS },
    { name: 'a list', input: [1, 2], expected: DEFAULTS },
    { name: 'a stored field', input: { enabledTyping: false }, expected: { ...DEFAULTS, enabledTyping: false } },
    { name: 'a stored null', input: { enabledTyping: null }, expected: { ...DEFAULTS, enabledTyping: null } },
    {
      name: 'a field of the wrong type costs only itself',
      input: { enabledTyping: 'yes', startTrigger: 'hello' },
      expected: { ...DEFAULTS, startTrigger: 'hello' },
    },
    { name: 'an unknown field', input: { nope: 1 }, expected: DEFAULTS },
  ])('$name', ({ input, expected }) => {
    expect(readChannelConfig(input)).toEqual(expected);
  });
});

describe('readNumberSettings', () => {
  it.each([
    { name: 'nothing stored', input: {}, expected: { rejectCall: false, msgCall: '', groupsIgnore: true } },
    {
      name: 'calls refused with a word',
      input: { callRejectAuto: true, callRejectMessage: 'Escreva.' },
      expected: { rejectCall: true, msgCall: 'Escreva.', groupsIgnore: true },
    },
    {
      name: 'a word for calls that are not refused',
      input: { callRejectAuto: false, callRejectMessage: 'Escreva.' },
      expected: { rejectCall: false, msgCall: '', groupsIgnore: true },
    },
    {
      name: 'groups answered',
      input: { enableGroupsResponse: true },
      expected: { rejectCall: false, msgCall: '', groupsIgnore: false },
    },
  ])('$name', ({ input, expected }) => {
    expect(readNumberSettings(input)).toEqual(expected);
  });
});
