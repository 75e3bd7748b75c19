import { describe, expect, it } from 'vitest';
import { isGroup, judgeGroup } from './judge-group.js';

describe('judgeGroup', () => {
  const said = (...addressed: unknown[]) =>
    addressed.map((value) => ({ content: value === null ? null : { addressed: value } }));
  it.each([
    { name: 'off', input: { enable: false, type: 'ALL', inbound: said(true) }, expected: 'group_ignored' },
    { name: 'unset', input: { enable: null, type: null, inbound: said(true) }, expected: 'group_ignored' },
    { name: 'on', input: { enable: true, type: null, inbound: said(null) }, expected: null },
    { name: 'all', input: { enable: true, type: 'ALL', inbound: said(null) }, expected: null },
    { name: 'mentioned', input: { enable: true, type: 'MENTION', inbound: said(null, true) }, expected: null },
    {
      name: 'not mentioned',
      input: { enable: true, type: 'mention ', inbound: said(null, 'yes') },
      expected: 'not_addressed',
    },
    { name: 'nothing said', input: { enable: true, type: 'MENTION', inbound: [] }, expected: 'not_addressed' },
  ])('$name', ({ input, expected }) => {
    const rules = { enableGroupsResponse: input.enable, replyGroupsType: input.type };
    expect(judgeGroup(rules, input.inbound)).toBe(expected);
  });
});

describe('isGroup', () => {
  it.each([
    { name: 'a group', input: '1203@g.us', expected: true },
    { name: 'a person', input: '5521@s.whatsapp.net', expected: false },
  ])('$name', ({ input, expected }) => {
    expect(isGroup(input)).toBe(expected);
  });
});
