import type { PoolClient } from 'pg';

/** What it depends on whether a number may write to a stranger; times in ms since 1970. */
export interface ProactiveScene {
  nowMs: number;
  firstOpenedMs: number | null;
  pausedUntilMs: number | null;
  begun: number;
  oldestMs: number | null;
  /** One of these addresses has written to this number before, so it is no stranger. */
  isKnown: boolean;
}

/**
 * Looks at a number and whom it is to write to, and keeps others who ask for the same number waiting until the caller's
 * transaction ends: two must not both be its last.
 */
export async function loadProactiveScene(
  tx: PoolClient,
  workspaceId: string,
  channelId: string,
  aliases: readonly string[],
): Promise<ProactiveScene> {
  await tx.query(`SELECT 1 FROM channels WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`, [
    workspaceId,
    channelId,
  ]);
  const { rows } = await tx.query<ProactiveScene>(
    `SELECT (extract(epoch FROM now()) * 1000)::float8 AS "nowMs",
            (extract(epoch FROM h.first_opened_at) * 1000)::float8 AS "firstOpenedMs",
            (extract(epoch FROM h.proactive_paused_until) * 1000)::float8 AS "pausedUntilMs",
            b.begun, b.oldest AS "oldestMs",
            EXISTS (SELECT 1 FROM contact_aliases a
                    JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
                    JOIN messages m ON m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.role = 'user'
                    WHERE a.workspace_id = h.workspace_id AND a.channel_id = h.id AND a.alias = ANY ($3)) AS "isKnown"
     FROM channels h
     CROSS JOIN LATERAL (
       SELECT count(*)::int AS begun, (extract(epoch FROM min(c.created_at)) * 1000)::float8 AS oldest FROM chats c
       WHERE c.workspace_id = h.workspace_id AND c.channel_id = h.id AND c.created_at > now() - interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM messages m
                         WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.role = 'user')) b
     WHERE h.workspace_id = $1 AND h.id = $2`,
    [workspaceId, channelId, aliases],
  );
  return rows[0]!;
}
