import type { Pool } from 'pg';
import { toLikePattern } from '../common/pagination.js';
import type { ChatCursor } from './chat-cursor.js';
import type { ChatStatus, MessageRow } from './chats.dto.js';

/** A statement and its values: kept apart from its execution, so that a test can have its plan explained. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Which chats; what is left out does not restrict. */
export interface ChatFilter {
  /** On these channels only; an empty list means none. */
  readonly channelIds?: readonly string[] | undefined;
  /** Part of a contact's name or phone. */
  readonly search?: string | undefined;
  readonly status?: ChatStatus | undefined;
  readonly humanTalk?: boolean | undefined;
  readonly unread?: boolean | undefined;
  /** Whose chats `mine` are. */
  readonly userId: string;
}

/** Which page: after a cursor, or so many rows on. */
export type Slice = { readonly limit: number } & (
  | { readonly after: ChatCursor; readonly offset?: undefined }
  | { readonly after?: undefined; readonly offset: number }
);

// `waiting` was handed to people and nobody has taken it; `open` is everything that is not over.
const STATUS: Readonly<Record<ChatStatus, (me: string) => string>> = {
  open: () => 'NOT c.finished',
  waiting: () => 'c.human_talk AND c.user_id IS NULL AND NOT c.finished',
  mine: (me) => `c.human_talk AND c.user_id = ${me} AND NOT c.finished`,
  finished: () => 'c.finished',
};

/** What a filter asks of a workspace's chats; conditions that are not asked for are not in the text, so that plans stay simple. */
function chatsWhere(workspaceId: string, filter: ChatFilter, values: unknown[]) {
  const value = (v: unknown) => `$${values.push(v)}`;
  const ws = value(workspaceId);
  const found = filter.search && value(toLikePattern(filter.search));
  const conditions = [
    'true',
    filter.channelIds && `c.channel_id = ANY (${value(filter.channelIds)}::uuid[])`,
    found && `c.contact_id IN (SELECT id FROM found)`,
    filter.status && STATUS[filter.status](filter.status === 'mine' ? value(filter.userId) : ''),
    filter.humanTalk !== undefined && (filter.humanTalk ? 'c.human_talk' : 'NOT c.human_talk'),
    filter.unread !== undefined && (filter.unread ? 'c.unread > 0' : 'c.unread = 0'),
  ].filter(Boolean);
  // Materialised, so that the trigram index finds the contacts and is not weighed against a walk through the inbox.
  const search = found
    ? `found AS MATERIALIZED (SELECT id FROM contacts t
       WHERE t.workspace_id = ${ws} AND (t.name ILIKE ${found} OR t.phone LIKE ${found}))`
    : '';
  return { value, ws, search, where: conditions.join(' AND ') };
}

/**
 * One page of the inbox, newest activity first. Its rows are chosen in `chats_inbox` alone, which has every column that a
 * filter names; chats, names and last messages are looked up for those rows only.
 */
export function chatsPage(workspaceId: string, filter: ChatFilter, slice: Slice): Statement {
  const values: unknown[] = [];
  const { value, ws, search, where } = chatsWhere(workspaceId, filter, values);
  let place = '';
  if (slice.after) {
    const at = value(slice.after.lastMessageAt);
    // `<=` is what the index is entered by; the rest drops the neighbours of the same millisecond.
    place = `AND c.last_message_at <= ${at}::timestamptz
      AND (c.last_message_at < ${at}::timestamptz OR c.id > ${value(slice.after.id)}::uuid)`;
  }
  const text = `
WITH ${search ? `${search},` : ''} page AS MATERIALIZED (
  SELECT c.workspace_id, c.id, c.last_message_at FROM chats c WHERE c.workspace_id = ${ws} AND ${where} ${place}
  ORDER BY c.last_message_at DESC, c.id LIMIT ${value(slice.limit)} OFFSET ${value(slice.offset ?? 0)}
)
${chatView('page p JOIN chats c ON c.workspace_id = p.workspace_id AND c.id = p.id')}
ORDER BY p.last_message_at DESC, p.id`;
  return { text, values };
}

/** How many chats a filter has. */
export function chatsCount(workspaceId: string, filter: ChatFilter): Statement {
  const values: unknown[] = [];
  const { ws, search, where } = chatsWhere(workspaceId, filter, values);
  const text = `${search && `WITH ${search}`} SELECT count(*)::int AS total FROM chats c WHERE c.workspace_id = ${ws} AND ${where}`;
  return { text, values };
}

/** One chat, as the inbox shows it. */
export function oneChat(workspaceId: string, chatId: string): Statement {
  const text = `${chatView('chats c')} WHERE c.workspace_id = $1 AND c.id = $2`;
  return { text, values: [workspaceId, chatId] };
}

const chatView = (source: string) => `
SELECT c.id, c.title, c.address, h.id AS channel_id, h.type AS channel_type, a.id AS agent_id, a.name AS agent_name,
       a.avatar AS agent_avatar, t.id AS contact_id, t.name AS contact_name, t.phone, t.picture, c.human_talk, c.unread,
       c.finished, u.id AS user_id, u.name AS user_name, u.picture AS user_picture,
       (extract(epoch FROM c.created_at) * 1000)::float8 AS created_ms,
       (extract(epoch FROM c.last_message_at) * 1000)::float8 AS time_ms,
       m.text AS last_text, m.type AS last_type, m.role AS last_role, m.author AS last_author, w.name AS last_user_name
FROM ${source}
JOIN contacts t ON t.workspace_id = c.workspace_id AND t.id = c.contact_id
JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
JOIN agents a ON a.workspace_id = c.workspace_id AND a.id = h.agent_id
LEFT JOIN users u ON u.id = c.user_id
LEFT JOIN LATERAL (SELECT m.text, m.type, m.role, m.author, m.user_id FROM messages m
                   WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id ORDER BY m.seq DESC LIMIT 1) m ON true
LEFT JOIN users w ON w.id = m.user_id`;

/** Whose messages: a chat's, or an interaction's. */
export type MessagesOf = { readonly chatId: string } | { readonly interactionId: string };

const ownerOf = (of: MessagesOf) =>
  'chatId' in of ? (['chat_id', of.chatId] as const) : (['interaction_id', of.interactionId] as const);

/** One page of messages, newest first: before a sequence number, or so many rows on. */
export function messagesPage(
  workspaceId: string,
  of: MessagesOf,
  slice: { readonly limit: number; readonly before?: string | undefined; readonly offset: number },
): Statement {
  const [column, owner] = ownerOf(of);
  const values: unknown[] = [workspaceId, owner, slice.limit, slice.offset];
  const before = slice.before === undefined ? '' : `AND m.seq < $${values.push(slice.before)}`;
  const text = `
WITH page AS MATERIALIZED (
  SELECT m.* FROM messages m WHERE m.workspace_id = $1 AND m.${column} = $2 ${before}
  ORDER BY m.seq DESC LIMIT $3 OFFSET $4
)
${messageView('page')}
ORDER BY m.seq DESC`;
  return { text, values };
}

/** How many messages there are. */
export function messagesCount(workspaceId: string, of: MessagesOf): Statement {
  const [column, owner] = ownerOf(of);
  const text = `SELECT count(*)::int AS total FROM messages m WHERE m.workspace_id = $1 AND m.${column} = $2`;
  return { text, values: [workspaceId, owner] };
}

/** One message, with what became of its sending. */
export async function findMessage(pool: Pool, workspaceId: string, id: string): Promise<MessageRow | undefined> {
  const text = `${messageView('messages')} WHERE m.workspace_id = $1 AND m.id = $2`;
  return (await pool.query<MessageRow>(text, [workspaceId, id])).rows[0];
}

const messageView = (source: string) => `
SELECT m.id, m.seq::text AS seq, m.role, m.author, m.type, m.text, m.content, m.status, m.served_model, m.turn_id,
       (extract(epoch FROM m.sent_at) * 1000)::float8 AS sent_ms,
       (extract(epoch FROM m.edited_at) * 1000)::float8 AS edited_ms, m.deleted_at IS NOT NULL AS is_deleted,
       p.error, f.text AS media_text, u.id AS user_id, u.name AS user_name, u.picture AS user_picture
FROM ${source} m
LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
LEFT JOIN outbound_parts p ON p.workspace_id = m.workspace_id AND p.message_id = m.id
LEFT JOIN users u ON u.id = m.user_id`;

/** Executes a statement of this file. */
export async function rowsOf<T>(pool: Pool, { text, values }: Statement): Promise<T[]> {
  return (await pool.query(text, [...values])).rows as T[];
}
