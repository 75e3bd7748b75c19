import type { Pool, PoolClient } from 'pg';

/** The channel's start trigger was said: the agent answers until the service ends. */
export async function markTriggered(db: Pool | PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await db.query(`UPDATE chats SET triggered = true WHERE workspace_id = $1 AND id = $2 AND NOT triggered`, [
    workspaceId,
    chatId,
  ]);
}

/** Silences the agent in a chat for `seconds`; null: until midnight on the business's clock. */
export async function hushChat(
  db: Pool | PoolClient,
  input: {
    readonly workspaceId: string;
    readonly chatId: string;
    readonly seconds: number | null;
    readonly reason: string;
  },
): Promise<void> {
  await db.query(
    `UPDATE chats c
     SET hushed_until = coalesce(now() + make_interval(secs => $3),
                                 (date_trunc('day', now() AT TIME ZONE w.timezone) + interval '1 day') AT TIME ZONE w.timezone),
         hushed_reason = $4
     FROM workspaces w WHERE c.workspace_id = $1 AND c.id = $2 AND w.id = c.workspace_id`,
    [input.workspaceId, input.chatId, input.seconds, input.reason],
  );
}
