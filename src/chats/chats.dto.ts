import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';

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

/** Our own Message: also who wrote it, how far it got, and which model answered. */
export const OwnMessage = Message.extend({
  author: z.enum(['CUSTOMER', 'AGENT', 'HUMAN', 'API']),
  status: z.string().nullable(),
  servedModel: z.string().nullable(),
  turnId: z.string().nullable(),
});

export const ListChatsQuery = PageQuery.extend({ agentId: z.uuid().optional() });
export type ListChatsQuery = z.infer<typeof ListChatsQuery>;

export const ListMessagesQuery = PageQuery.omit({ query: true });
export type ListMessagesQuery = z.infer<typeof ListMessagesQuery>;

/** A chat as the inbox query reads it. */
export interface ChatRow {
  id: string;
  title: string | null;
  address: string;
  channel_type: string;
  agent_id: string;
  agent_name: string;
  agent_avatar: string | null;
  contact_name: string | null;
  phone: string | null;
  picture: string | null;
  human_talk: boolean;
  unread: number;
  finished: boolean;
  created_ms: number;
  time_ms: number;
  last_text: string | null;
  last_role: string | null;
}

/** The view of a chat row. */
export function toChat(row: ChatRow): z.infer<typeof Chat> {
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
    userId: null,
    userName: null,
    userPicture: null,
    messageUserName: null,
    humanTalk: row.human_talk,
    read: row.unread === 0,
    unReadCount: row.unread,
    finished: row.finished,
    createdAt: Math.round(row.created_ms),
    time: Math.round(row.time_ms),
  };
}

/** The view of a stored message. */
export function toMessage(row: {
  id: string;
  role: string;
  author: string;
  type: string;
  text: string;
  content: unknown;
  status: string | null;
  servedModel: string | null;
  turnId: string | null;
  sentAt: Date;
}) {
  const details = (row.content ?? {}) as { fileName?: unknown; width?: unknown; height?: unknown };
  return {
    id: row.id,
    role: row.role,
    author: row.author,
    type: row.type,
    text: row.text,
    userId: null,
    userName: null,
    userPicture: null,
    imageUrl: null,
    audioUrl: null,
    documentUrl: null,
    fileName: typeof details.fileName === 'string' ? details.fileName : null,
    midiaContent: null,
    width: Number.isInteger(details.width) ? (details.width as number) : null,
    height: Number.isInteger(details.height) ? (details.height as number) : null,
    time: row.sentAt.getTime(),
    status: row.status,
    servedModel: row.servedModel,
    turnId: row.turnId,
  };
}
