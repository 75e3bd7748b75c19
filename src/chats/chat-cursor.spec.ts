import { describe, expect, it } from 'vitest';
import { readChatCursor, readMessageCursor, writeChatCursor, writeMessageCursor } from './chat-cursor.js';

const id = '0193b5a8-0000-7000-8000-000000000001';
const encode = (text: string) => Buffer.from(text).toString('base64url');

describe('cursors', () => {
  it('say again what was written', () => {
    const lastMessageAt = '2026-11-25T02:30:00.123Z';
    expect(readChatCursor(writeChatCursor(Date.parse(lastMessageAt), id))).toEqual({ lastMessageAt, id });
    expect(readMessageCursor(writeMessageCursor('9007199254740993'))).toBe('9007199254740993');
  });

  it.each([
    { name: 'nothing', input: '' },
    { name: 'a word', input: 'next' },
    { name: 'not an id', input: encode('1793520000000.1 OR 1=1') },
    { name: 'no time', input: encode(`.${id}`) },
    { name: 'a time beyond all calendars', input: encode(`999999999999999.${id}`) },
    { name: 'a negative number', input: encode('-1') },
    { name: 'too large for the column', input: encode('99999999999999999999') },
  ])('$name is none of ours', ({ input }) => {
    expect([readChatCursor(input), readMessageCursor(input)]).toEqual([undefined, undefined]);
  });
});
