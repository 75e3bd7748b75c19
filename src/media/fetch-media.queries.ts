import type { Pool } from 'pg';
import type { MessageType } from '../evolution-api/describe-content.js';

/** A file to be fetched, taken for a while: a write that names another `attempt` is a no-op. */
export interface DueMedia {
  readonly workspaceId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly type: MessageType;
  /** The gateway's words about it. */
  readonly content: {
    readonly bytes?: number;
    readonly fileName?: string;
    readonly transcript?: string;
  } | null;
  readonly instanceName: string | null;
  readonly providerId: string | null;
  /** Set when it is stored already, and only has to be heard. */
  readonly storageKey: string | null;
  readonly mimetype: string | null;
}

/** How long one is left to who took it: a fetch and a transcription at their longest. */
const TAKEN_SECONDS = 130;

// All tenants: files that are due. The message's row is the lock; who comes a moment late finds the lease in the way.
const CLAIM = `
WITH due AS (
  SELECT m.workspace_id, m.id
  FROM messages m
  LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
  WHERE m.media_state = 'PENDING' AND coalesce(f.next_at <= now(), true)
  ORDER BY m.created_at LIMIT $1 FOR NO KEY UPDATE OF m SKIP LOCKED
),
taken AS (
  INSERT INTO message_media AS f (workspace_id, message_id, attempt, next_at)
  SELECT workspace_id, id, 1, now() + make_interval(secs => $2) FROM due
  ON CONFLICT (workspace_id, message_id) DO UPDATE SET attempt = f.attempt + 1, next_at = excluded.next_at
  WHERE f.next_at <= now()
  RETURNING f.*
)
SELECT f.workspace_id AS "workspaceId", f.message_id AS "messageId", f.attempt, f.storage_key AS "storageKey", f.mimetype,
       m.type, m.content, m.provider_id AS "providerId", c.instance_name AS "instanceName"
FROM taken f
JOIN messages m ON m.workspace_id = f.workspace_id AND m.id = f.message_id
JOIN channels c ON c.workspace_id = m.workspace_id AND c.id = m.channel_id`;

/** Takes up to `limit` due files of all tenants. */
export async function claimMedia(pool: Pool, limit: number): Promise<DueMedia[]> {
  const { rows } = await pool.query<DueMedia>(CLAIM, [limit, TAKEN_SECONDS]);
  return rows;
}

/** What is known of a file once it is stored. */
export interface StoredMedia {
  readonly storageKey: string;
  readonly mimetype: string;
  readonly fileName: string | null;
  readonly bytes: number;
  readonly sha256: Uint8Array;
}

/** Notes where a file is: whoever goes on need not fetch it again. False: it is no longer ours. */
export async function noteStored(pool: Pool, media: DueMedia, stored: StoredMedia): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE message_media SET storage_key = $4, mimetype = $5, file_name = $6, bytes = $7, sha256 = $8
     WHERE workspace_id = $1 AND message_id = $2 AND attempt = $3`,
    [
      media.workspaceId,
      media.messageId,
      media.attempt,
      stored.storageKey,
      stored.mimetype,
      stored.fileName,
      stored.bytes,
      stored.sha256,
    ],
  );
  return rowCount === 1;
}

/** Ends the work on a file: READY with its text, or FAILED with a code. False: it is no longer ours. */
export async function settleMedia(
  pool: Pool,
  media: DueMedia,
  outcome: { readonly text?: string | null; readonly error?: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH settled AS (
       UPDATE message_media SET text = $4, error = $5
       WHERE workspace_id = $1 AND message_id = $2 AND attempt = $3
       RETURNING workspace_id, message_id, error)
     UPDATE messages m SET media_state = CASE WHEN s.error IS NULL THEN 'READY' ELSE 'FAILED' END
     FROM settled s
     WHERE m.workspace_id = s.workspace_id AND m.id = s.message_id AND m.media_state = 'PENDING'`,
    [media.workspaceId, media.messageId, media.attempt, outcome.text ?? null, outcome.error ?? null],
  );
  return rowCount === 1;
}

/** Lets go of a file until `afterMs` from now. */
export async function parkMedia(pool: Pool, media: DueMedia, afterMs: number): Promise<void> {
  await pool.query(
    `UPDATE message_media SET next_at = now() + make_interval(secs => $4)
     WHERE workspace_id = $1 AND message_id = $2 AND attempt = $3`,
    [media.workspaceId, media.messageId, media.attempt, afterMs / 1_000],
  );
}

/** How many of these messages still wait for their file. */
export async function countPending(pool: Pool, workspaceId: string, messageIds: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ pending: number }>(
    `SELECT count(*)::int AS pending FROM messages WHERE workspace_id = $1 AND id = ANY ($2) AND media_state = 'PENDING'`,
    [workspaceId, messageIds],
  );
  return rows[0]!.pending;
}

/** A stored picture. */
export interface PictureRow {
  readonly storageKey: string;
  readonly mimetype: string;
  readonly bytes: number;
}

/** The newest `limit` pictures of these messages that a model can look at, newest first. */
export async function findPictures(
  pool: Pool,
  workspaceId: string,
  messageIds: readonly string[],
  limit: number,
): Promise<PictureRow[]> {
  const { rows } = await pool.query<PictureRow>(
    `SELECT f.storage_key AS "storageKey", f.mimetype, f.bytes
     FROM messages m JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
     WHERE m.workspace_id = $1 AND m.id = ANY ($2) AND m.media_state = 'READY' AND m.deleted_at IS NULL
       AND f.mimetype IN ('image/jpeg', 'image/png', 'image/webp', 'image/gif')
     ORDER BY m.seq DESC LIMIT $3`,
    [workspaceId, messageIds, limit],
  );
  return rows;
}

/** A stored file as it is given away. */
export interface StoredFile {
  readonly storageKey: string;
  readonly mimetype: string;
  readonly fileName: string | null;
}

/** The file of a message; undefined when it has none, or none any more. */
export async function findFile(pool: Pool, workspaceId: string, messageId: string): Promise<StoredFile | undefined> {
  const { rows } = await pool.query<StoredFile>(
    `SELECT f.storage_key AS "storageKey", f.mimetype, f.file_name AS "fileName"
     FROM message_media f JOIN messages m ON m.workspace_id = f.workspace_id AND m.id = f.message_id
     WHERE f.workspace_id = $1 AND f.message_id = $2 AND f.storage_key IS NOT NULL AND m.deleted_at IS NULL`,
    [workspaceId, messageId],
  );
  return rows[0];
}
