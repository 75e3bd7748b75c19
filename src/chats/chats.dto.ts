import { z } from 'zod';
import { id } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import { readChatCursor, readMessageCursor } from './chat-cursor.js';

/** The published Chat. Times are epoch milliseconds; what is unknown is '' where the contract has no null. */
export const Chat = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  recipient: z.string(),
  whatsappPhone: z.string(),
  conversation: z.string(),
  conversationType: z.string(),
  type: z.string(),
  role: z.string(),
  agentId: z.string(),
  agentName: z.string(),
  avatar: z.string(),
  picture: z.string(),
  userId: z.string().nullable(),
  userName: z.string().nullable(),
  userPicture: z.string().nullable(),
  messageUserName: z.string().nullable(),
  humanTalk: z.boolean(),
  read: z.boolean(),
  unReadCount: z.int(),
  finished: z.boolean(),
  createdAt: z.int(),
  time: z.int(),
});

/** The published Message. */
export const Message = z.object({
  id: z.string(),
  role: z.string(),
  type: z.string(),
  text: z.string(),
  userId: z.string().nullable(),
  userName: z.string().nullable(),
  userPicture: z.string().nullable(),
  imageUrl: z.string().nullable(),
  audioUrl: z.string().nullable(),
  documentUrl: z.string().nullable(),
  fileName: z.string().nullable(),
  midiaContent: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  time: z.int(),
});

/** Our own Message: also who wrote it, how far it got, which model answered, and what was changed about it. */
export const OwnMessage = Message.extend({
  author: z.enum(['CUSTOMER', 'AGENT', 'HUMAN', 'API']),
  status: z.string().nullable(),
  servedModel: z.string().nullable(),
  turnId: z.string().nullable(),
  editedAt: z.int().nullable(),
  isDeleted: z.boolean(),
});

/** Our own Chat: also who it is with and where, and who spoke last. */
export const OwnChat = Chat.extend({
  contactId: z.string(),
  channelId: z.string(),
  lastType: z.string(),
  lastAuthor: z.string(),
});

export const CHAT_STATUSES = ['open', 'waiting', 'mine', 'finished'] as const;
export type ChatStatus = (typeof CHAT_STATUSES)[number];

/** An opaque place in a list, as `meta.nextCursor` gave it; it takes the place of `page`. */
const cursor = <T>(read: (value: string) => T | undefined) =>
  z
    .string()
    .max(200)
    .transform((value, context) => {
      const place = read(value);
      if (place === undefined)
        context.addIssue({ code: 'custom', message: 'is not a cursor of this list', input: value });
      return place ?? z.NEVER;
    })
    .optional();

const flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();

export const ListChatsQuery = PageQuery.extend({
  agentId: id().optional(),
  status: z.enum(CHAT_STATUSES).optional(),
  humanTalk: flag,
  unread: flag,
  cursor: cursor(readChatCursor),
});
export type ListChatsQuery = z.infer<typeof ListChatsQuery>;

export const ListMessagesQuery = PageQuery.omit({ query: true }).extend({ cursor: cursor(readMessageCursor) });
export type ListMessagesQuery = z.infer<typeof ListMessagesQuery>;

/** A chat as the inbox query reads it. */
export interface ChatRow {
  id: string;
  title: string | null;
  address: string;
  channel_id: string;
  channel_type: string;
  agent_id: string;
  agent_name: string;
  agent_avatar: string | null;
  contact_id: string;
  contact_name: string | null;
  phone: string | null;
  picture: string | null;
  human_talk: boolean;
  unread: number;
  finished: boolean;
  user_id: string | null;
  user_name: string | null;
  user_picture: string | null;
  created_ms: number;
  time_ms: number;
  last_text: string | null;
  last_type: string | null;
  last_role: string | null;
  last_author: string | null;
  last_user_name: string | null;
}

/** The view of a chat row. */
export function toChat(row: ChatRow): z.infer<typeof OwnChat> {
  return {
    id: row.id,
    name: row.contact_name ?? row.phone ?? row.address,
    title: row.title,
    recipient: row.address,
    whatsappPhone: row.phone ?? '',
    conversation: row.last_text ?? '',
    conversationType: row.channel_type,
    type: row.channel_type,
    role: row.last_role ?? '',
    agentId: row.agent_id,
    agentName: row.agent_name,
    avatar: row.agent_avatar ?? '',
    picture: row.picture ?? '',
    userId: row.user_id,
    userName: row.user_name,
    userPicture: row.user_picture,
    messageUserName: row.last_user_name,
    humanTalk: row.human_talk,
    read: row.unread === 0,
    unReadCount: row.unread,
    finished: row.finished,
    createdAt: Math.round(row.created_ms),
    time: Math.round(row.time_ms),
    contactId: row.contact_id,
    channelId: row.channel_id,
    lastType: row.last_type ?? '',
    lastAuthor: row.last_author ?? '',
  };
}

/** A message as its queries read it; `error` says why it was not sent. */
export interface MessageRow {
  id: string;
  seq: string;
  role: string;
  author: z.infer<typeof OwnMessage>['author'];
  type: string;
  text: string;
  content: unknown;
  status: string | null;
  served_model: string | null;
  turn_id: string | null;
  sent_ms: number;
  edited_ms: number | null;
  is_deleted: boolean;
  error: string | null;
  /** What a voice message says. */
  media_text: string | null;
  user_id: string | null;
  user_name: string | null;
  user_picture: string | null;
}

/** The view of a message row. The published shape has no place for a video; it stands where a document would. */
export function toMessage(row: MessageRow): z.infer<typeof OwnMessage> {
  const details = (row.content ?? {}) as Record<string, unknown>;
  const textOf = (name: string) => (typeof details[name] === 'string' ? details[name] : null);
  const sizeOf = (name: string) => (Number.isInteger(details[name]) ? (details[name] as number) : null);
  const urlOf = (...types: string[]) => (types.includes(row.type) ? textOf('mediaUrl') : null);
  return {
    id: row.id,
    role: row.role,
    author: row.author,
    type: row.type,
    text: row.text,
    userId: row.user_id,
    userName: row.user_name,
    userPicture: row.user_picture,
    imageUrl: urlOf('IMAGE', 'STICKER'),
    audioUrl: urlOf('AUDIO'),
    documentUrl: urlOf('DOCUMENT', 'VIDEO'),
    fileName: textOf('fileName'),
    midiaContent: row.media_text,
    width: sizeOf('width'),
    height: sizeOf('height'),
    time: Math.round(row.sent_ms),
    status: row.status,
    servedModel: row.served_model,
    turnId: row.turn_id,
    editedAt: row.edited_ms === null ? null : Math.round(row.edited_ms),
    isDeleted: row.is_deleted,
  };
}
