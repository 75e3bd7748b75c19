import type { Pool, PoolClient } from 'pg';

/** The chat's open interaction waits for a person, who takes part from now on if we know them; it stays open. */
export async function awaitPerson(
  db: Pool | PoolClient,
  workspaceId: string,
  chatId: string,
  userId: string | null = null,
): Promise<void> {
  await db.query(
    `UPDATE interactions
     SET status = 'WAITING', transfer_at = coalesce(transfer_at, now()), user_id = coalesce($3, user_id)
     WHERE workspace_id = $1 AND chat_id = $2 AND status <> 'RESOLVED'`,
    [workspaceId, chatId, userId],
  );
}

/** An interaction that just ended. */
export interface Resolved {
  readonly interactionId: string;
  readonly agentId: string;
  readonly resolvedBy: 'PERSON' | 'AGENT' | 'IDLE';
}

/**
 * The chat's open interaction is over; the next message begins another. A person who resolves it took part, unless
 * somebody did before. Undefined when none was open.
 */
export async function resolveInteraction(
  db: Pool | PoolClient,
  workspaceId: string,
  chatId: string,
  by: Resolved['resolvedBy'],
  userId: string | null = null,
): Promise<Resolved | undefined> {
  const { rows } = await db.query<Resolved>(
    `UPDATE interactions
     SET status = 'RESOLVED', resolved_at = now(), resolved_by = $3, user_id = coalesce(user_id, $4)
     WHERE workspace_id = $1 AND chat_id = $2 AND status <> 'RESOLVED'
     RETURNING id AS "interactionId", agent_id AS "agentId", resolved_by AS "resolvedBy"`,
    [workspaceId, chatId, by, userId],
  );
  return rows[0];
}

/** The agent has the chat again. */
export async function resumeInteraction(db: Pool | PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await db.query(
    `UPDATE interactions SET status = 'RUNNING' WHERE workspace_id = $1 AND chat_id = $2 AND status = 'WAITING'`,
    [workspaceId, chatId],
  );
}
