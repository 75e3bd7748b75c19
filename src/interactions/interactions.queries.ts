import type { Pool, PoolClient } from 'pg';

/** The chat's open interaction waits for a person; it stays open. */
export async function awaitPerson(db: Pool | PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await db.query(
    `UPDATE interactions SET status = 'WAITING', transfer_at = coalesce(transfer_at, now())
     WHERE workspace_id = $1 AND chat_id = $2 AND status = 'RUNNING'`,
    [workspaceId, chatId],
  );
}

/** The agent has the chat again. */
export async function resumeInteraction(db: Pool | PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await db.query(
    `UPDATE interactions SET status = 'RUNNING' WHERE workspace_id = $1 AND chat_id = $2 AND status = 'WAITING'`,
    [workspaceId, chatId],
  );
}
