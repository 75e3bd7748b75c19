import { describe, expect, it } from 'vitest';
import { isMendable, type Link, nextConnection } from './next-connection.js';

const link = (state: Link['state'], reason: number | null = null): Link => ({ state, reason });

describe('nextConnection', () => {
  it.each([
    {
      name: 'a first code',
      input: [link('created'), link('connecting', 200)],
      expected: { ...link('connecting', 200), isLost: false },
    },
    {
      name: 'linked',
      input: [link('connecting'), link('open', 200)],
      expected: { ...link('open', 200), isLost: false },
    },
    {
      name: 'a transient drop',
      input: [link('open', 200), link('connecting', 200)],
      expected: { ...link('connecting', 200), isLost: false },
    },
    {
      name: 'logged out on the phone',
      input: [link('open', 200), link('close', 401)],
      expected: { ...link('close', 401), isLost: true },
    },
    {
      name: 'banned while it was reconnecting',
      input: [link('connecting', 200), link('close', 403)],
      expected: { ...link('close', 403), isLost: true },
    },
    {
      name: 'said again',
      input: [link('close', 401), link('close', 401)],
      expected: { ...link('close', 401), isLost: false },
    },
    {
      name: 'an answer without a reason keeps the one we know',
      input: [link('close', 401), link('close')],
      expected: { ...link('close', 401), isLost: false },
    },
    {
      name: 'a close nobody told of',
      input: [link('open'), link('close')],
      expected: { ...link('close'), isLost: true },
    },
    {
      name: 'nobody scanned a code',
      input: [link('connecting', 200), link('refused', 428)],
      expected: { ...link('refused', 428), isLost: false },
    },
    { name: 'back', input: [link('close', 408), link('open')], expected: { ...link('open'), isLost: false } },
  ])('$name', ({ input, expected }) => {
    expect(nextConnection(input[0]!, input[1]!)).toEqual(expected);
  });
});

describe('isMendable', () => {
  it.each([
    { name: 'a network failure', input: link('close', 408), expected: true },
    { name: 'taken by another program', input: link('close', 440), expected: true },
    { name: 'logged out', input: link('close', 401), expected: false },
    { name: 'banned', input: link('close', 403), expected: false },
    { name: 'unlinked by us', input: link('close'), expected: false },
    { name: 'connected', input: link('open', 200), expected: false },
    { name: 'no code was scanned', input: link('refused', 428), expected: false },
  ])('$name', ({ input, expected }) => {
    expect(isMendable(input)).toBe(expected);
  });
});
