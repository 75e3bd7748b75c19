import type { Pool } from 'pg';

/** An edit or a deletion for everyone, as the provider reports it. Only the sender can make one, on either side. */
export interface MessageChange {
  readonly workspaceId: string;
  readonly channelId: string;
  /** Of the message that changes. */
  readonly providerId: string;
  readonly kind: 'EDIT' | 'DELETE';
  /** Its new words; null of a deletion. */
  readonly text: string | null;
  readonly changedAtMs: number;
}

// A later edit wins, whatever comes first; a deletion wins over every edit. What changes before it is known waits in
// parked_changes: RECEIVE applies it. Of the words before an edit the last few are kept, so that a person can see what an
// answer was about.
const CHANGE = `
WITH target AS MATERIALIZED (
  SELECT id FROM messages WHERE workspace_id = $1 AND channel_id = $2 AND provider_id = $3 FOR UPDATE
),
edited AS (
  UPDATE messages m
  SET text = $5, edited_at = to_timestamp($6::float8 / 1000),
      content = coalesce(m.content, '{}') || jsonb_build_object('edited', (
        SELECT jsonb_agg(e ORDER BY n) FROM (
          SELECT e, n FROM jsonb_array_elements(
            coalesce(m.content -> 'edited', '[]') || jsonb_build_array(jsonb_build_object('text', left(m.text, 500)))
          ) WITH ORDINALITY AS x(e, n) ORDER BY n DESC LIMIT 4) kept))
  FROM target t
  WHERE $4 = 'EDIT' AND m.workspace_id = $1 AND m.id = t.id AND m.deleted_at IS NULL AND m.text <> $5
    AND (m.edited_at IS NULL OR m.edited_at < to_timestamp($6::float8 / 1000))
),
deleted AS (
  UPDATE messages m SET text = '', content = NULL, deleted_at = to_timestamp($6::float8 / 1000)
  FROM target t
  WHERE $4 = 'DELETE' AND m.workspace_id = $1 AND m.id = t.id AND m.deleted_at IS NULL
)
INSERT INTO parked_changes (workspace_id, channel_id, provider_id, kind, text, changed_at)
SELECT $1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000)
WHERE NOT EXISTS (SELECT FROM target)
  AND NOT EXISTS (SELECT FROM forgotten_messages f
                  WHERE f.workspace_id = $1 AND f.channel_id = $2 AND f.provider_id = $3)
ON CONFLICT (workspace_id, channel_id, provider_id) DO UPDATE
SET kind = excluded.kind, text = excluded.text, changed_at = excluded.changed_at
WHERE parked_changes.kind = 'EDIT' AND (excluded.kind = 'DELETE' OR excluded.changed_at > parked_changes.changed_at)`;

/** Applies a change to its message, or keeps it for when the message comes. Repeated or overtaken ones change nothing. */
export async function changeMessage(pool: Pool, change: MessageChange): Promise<void> {
  const { workspaceId, channelId, providerId, kind, text, changedAtMs } = change;
  await pool.query(CHANGE, [workspaceId, channelId, providerId, kind, text, changedAtMs]);
}

/**
 * All tenants: applies what is parked although its message is there, since the two were stored in the same instant or the
 * message got its id later, and drops what waited for a day in vain.
 */
export async function settleParkedChanges(pool: Pool): Promise<void> {
  const { rows } = await pool.query<MessageChange>(
    `SELECT k.workspace_id AS "workspaceId", k.channel_id AS "channelId", k.provider_id AS "providerId", k.kind, k.text,
            (extract(epoch FROM k.changed_at) * 1000)::float8 AS "changedAtMs"
     FROM parked_changes k
     JOIN messages m ON m.workspace_id = k.workspace_id AND m.channel_id = k.channel_id AND m.provider_id = k.provider_id
     LIMIT 1000`,
  );
  for (const change of rows) {
    await changeMessage(pool, change);
    await pool.query(`DELETE FROM parked_changes WHERE workspace_id = $1 AND channel_id = $2 AND provider_id = $3`, [
      change.workspaceId,
      change.channelId,
      change.providerId,
    ]);
  }
  await pool.query(`DELETE FROM parked_changes WHERE created_at < now() - interval '1 day'`);
}

/** One person's reaction to one message; an empty `emoji` takes it back. */
export interface ReactionReport {
  readonly workspaceId: string;
  readonly channelId: string;
  /** The chat's partner. */
  readonly aliases: readonly string[];
  /** The provider id of the message it is about. */
  readonly targetId: string;
  /** A JID, or `me`. */
  readonly author: string;
  /** The chat has one customer, so that every author but `me` is the same one, under whichever of their addresses. */
  readonly isPrivate: boolean;
  readonly emoji: string;
  readonly reactedAtMs: number;
}

// The newest counts. The message may be older than what is stored: then the chat is the partner's.
const REACT = `
WITH chat AS MATERIALIZED (
  SELECT coalesce(
    (SELECT m.chat_id FROM messages m WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.provider_id = $4 LIMIT 1),
    (SELECT c.id FROM contact_aliases a
     JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
     WHERE a.workspace_id = $1 AND a.channel_id = $2 AND a.alias = ANY ($3) LIMIT 1)) AS id
),
earlier AS (
  DELETE FROM reactions r USING chat c
  WHERE r.workspace_id = $1 AND r.chat_id = c.id AND r.target_id = $4 AND r.reacted_at <= to_timestamp($8::float8 / 1000)
    AND (r.author = $5 AND $7 = '' OR $6 AND $5 <> 'me' AND r.author NOT IN ('me', $5))
)
INSERT INTO reactions (workspace_id, chat_id, target_id, author, emoji, reacted_at)
SELECT $1, c.id, $4, $5, $7, to_timestamp($8::float8 / 1000) FROM chat c WHERE c.id IS NOT NULL AND $7 <> ''
ON CONFLICT (workspace_id, chat_id, target_id, author) DO UPDATE
SET emoji = excluded.emoji, reacted_at = excluded.reacted_at WHERE reactions.reacted_at <= excluded.reacted_at`;

/** Keeps a reaction, or takes it back. One in a chat that is not known is about nothing we show. */
export async function react(pool: Pool, report: ReactionReport): Promise<void> {
  const { workspaceId, channelId, aliases, targetId, author, isPrivate, emoji, reactedAtMs } = report;
  await pool.query(REACT, [workspaceId, channelId, aliases, targetId, author, isPrivate, emoji, reactedAtMs]);
}

/** The words a customer reacted to (empty: not known), where the channel's agent answers reactions; null where it does not. */
export async function findReactionTarget(
  pool: Pool,
  workspaceId: string,
  channelId: string,
  targetId: string,
): Promise<string | null> {
  const { rows } = await pool.query<{ text: string | null }>(
    `SELECT m.text FROM channels c
     LEFT JOIN messages m ON m.workspace_id = c.workspace_id AND m.channel_id = c.id AND m.provider_id = $3
     LEFT JOIN chats h ON h.workspace_id = m.workspace_id AND h.id = m.chat_id
     JOIN agent_settings s ON s.workspace_id = c.workspace_id AND s.agent_id = coalesce(h.agent_id, c.agent_id)
     WHERE c.workspace_id = $1 AND c.id = $2 AND s.answer_reactions`,
    [workspaceId, channelId, targetId],
  );
  return rows[0] ? (rows[0].text ?? '') : null;
}

/** One report of a location that is shared live. */
export interface LiveLocation {
  readonly aliases: readonly string[];
  readonly fromMe: boolean;
  readonly text: string;
  readonly content: unknown;
  readonly sentAtMs: number;
}

// WhatsApp reports a moving location every few seconds, for eight hours at most, and each report looks like a message. The
// reports of an hour are one message, whose place is the newest; `sent_at` stays when it was begun.
const FOLLOW = `
WITH shared AS MATERIALIZED (
  SELECT m.id, m.text, m.content FROM contact_aliases a
  JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
  JOIN messages m ON m.workspace_id = c.workspace_id AND m.chat_id = c.id
  WHERE a.workspace_id = $1 AND a.channel_id = $2 AND a.alias = ANY ($3) AND m.type = 'LOCATION' AND m.role = $4
    AND m.content -> 'live' IS NOT NULL AND m.deleted_at IS NULL
    AND m.sent_at > to_timestamp($5::float8 / 1000) - interval '8 hours'
    AND coalesce((m.content #>> '{live,at}')::float8, extract(epoch FROM m.sent_at) * 1000) > $5::float8 - 3600000
  ORDER BY m.seq DESC LIMIT 1
),
moved AS (
  UPDATE messages m
  SET text = CASE WHEN $6 = '' THEN m.text ELSE $6 END,
      content = m.content || $7::jsonb || jsonb_build_object('live', $7::jsonb -> 'live' || jsonb_build_object('at', $5::float8))
  FROM shared s
  WHERE m.workspace_id = $1 AND m.id = s.id
    AND coalesce((m.content #>> '{live,sequence}')::float8, 0) < ($7::jsonb #>> '{live,sequence}')::float8
)
SELECT count(*)::int AS n FROM shared`;

/** Moves the live location that this chat's partner (or we) already shares; false where there is none. */
export async function followLiveLocation(
  pool: Pool,
  workspaceId: string,
  channelId: string,
  { aliases, fromMe, text, content, sentAtMs }: LiveLocation,
): Promise<boolean> {
  const role = fromMe ? 'assistant' : 'user';
  const values = [workspaceId, channelId, aliases, role, sentAtMs, text, JSON.stringify(content)];
  const { rows } = await pool.query<{ n: number }>(FOLLOW, values);
  return rows[0]!.n > 0;
}
