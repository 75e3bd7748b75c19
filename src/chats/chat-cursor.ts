/** Where the next page of the inbox begins: after this chat in the list's order. */
export interface ChatCursor {
  /** ISO 8601. */
  readonly lastMessageAt: string;
  readonly id: string;
}

const CHAT = /^(\d{1,13})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const MESSAGE = /^\d{1,18}$/;

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const decode = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();

/** The opaque cursor after a chat; ms since 1970. */
export const writeChatCursor = (lastMessageMs: number, id: string): string => encode(`${lastMessageMs}.${id}`);

/** The place a cursor of the inbox names; undefined for anything we never gave out. */
export function readChatCursor(cursor: string): ChatCursor | undefined {
  const [, ms, id] = CHAT.exec(decode(cursor)) ?? [];
  const at = new Date(Number(ms));
  return id && Number.isFinite(at.getTime()) ? { lastMessageAt: at.toISOString(), id } : undefined;
}

/** The opaque cursor after a message. */
export const writeMessageCursor = (seq: string): string => encode(seq);

/** The sequence number a cursor of messages names; undefined for anything we never gave out. */
export function readMessageCursor(cursor: string): string | undefined {
  const seq = decode(cursor);
  return MESSAGE.test(seq) ? seq : undefined;
}
