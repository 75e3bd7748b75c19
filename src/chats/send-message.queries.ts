import type { Pool, PoolClient } from 'pg';
import type { PartMedia } from './outbox.queries.js';

/** One message to send, with the ids it shall have. */
export interface QueuedSend {
  readonly workspaceId: string;
  readonly chatId: string;
  readonly messageId: string;
  readonly partId: string;
  readonly turnId: string;
  readonly interactionId: string;
  readonly author: 'HUMAN' | 'API';
  readonly userId: string | null;
  readonly type: string;
  readonly text: string;
  readonly content: unknown;
  readonly media: PartMedia | null;
  readonly textHash: Buffer;
  readonly quotedId: string | null;
}

// Message, part and a QUEUED turn at once: from here on a worker carries it, whatever becomes of the caller. On the API
// channel it has arrived with that: its caller reads it from us. `clock_timestamp`, since sends of one chat queue in the
// order in which they got the chat's lock, and `now()` is when their transactions began.
const QUEUE = `
WITH chat AS MATERIALIZED (
  UPDATE chats c SET last_message_at = now(), finished = false
  FROM channels h
  WHERE c.workspace_id = $1 AND c.id = $2 AND h.workspace_id = c.workspace_id AND h.id = c.channel_id
  RETURNING c.id, c.channel_id, c.address, c.epoch, coalesce(c.agent_id, h.agent_id) AS agent_id, h.type = 'API' AS is_local
),
open_interaction AS (
  INSERT INTO interactions (workspace_id, id, chat_id, agent_id) SELECT $1, $3, id, agent_id FROM chat
  ON CONFLICT (workspace_id, chat_id) WHERE status <> 'RESOLVED' DO UPDATE SET agent_id = interactions.agent_id
  RETURNING id
),
said AS (
  INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, role, author, user_id, type, text, content,
                        provider_id, status, sent_at)
  SELECT $1, $4::uuid, c.id, c.channel_id, i.id, 'assistant', $5, $6, $7, $8, $9,
         CASE WHEN c.is_local THEN $4::uuid::text END, CASE WHEN c.is_local THEN 'SENT' ELSE 'QUEUED' END, now()
  FROM chat c, open_interaction i
  ON CONFLICT (workspace_id, id) DO NOTHING
  RETURNING id
),
queued AS (
  INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, kind, state, due_at, epoch, inbound_ids)
  SELECT $1, $10::uuid, c.id, c.channel_id, c.agent_id, 'SEND', 'QUEUED', clock_timestamp(), c.epoch, '{}'
  FROM chat c, said WHERE NOT c.is_local
),
part AS (
  INSERT INTO outbound_parts (workspace_id, id, chat_id, channel_id, turn_id, message_id, n, address, text, text_hash, media,
                              quoted_id, epoch, state, provider_id, sent_at)
  SELECT $1, $11, c.id, c.channel_id, CASE WHEN NOT c.is_local THEN $10::uuid END, s.id, 0, c.address, $8, $12, $13, $14,
         c.epoch, CASE WHEN c.is_local THEN 'SENT' ELSE 'PENDING' END, CASE WHEN c.is_local THEN s.id::text END,
         CASE WHEN c.is_local THEN now() END
  FROM chat c, said s
)
SELECT id FROM said`;

/** Queues one message; false when it was queued before, or its chat is gone. */
export async function queueSend(tx: PoolClient, send: QueuedSend): Promise<boolean> {
  const { rowCount } = await tx.query(QUEUE, [
    send.workspaceId,
    send.chatId,
    send.interactionId,
    send.messageId,
    send.author,
    send.userId,
    send.type,
    send.text,
    send.content === null ? null : JSON.stringify(send.content),
    send.turnId,
    send.partId,
    send.textHash,
    send.media === null ? null : JSON.stringify(send.media),
    send.quotedId,
  ]);
  return rowCount === 1;
}

/** Whether a message of this id is there already: then its send was asked for before. */
export async function wasQueued(db: Pool | PoolClient, workspaceId: string, messageId: string): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT 1 FROM messages WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    messageId,
  ]);
  return rowCount === 1;
}
