import type { Pool, PoolClient } from 'pg';
import type { Tx } from '../prisma/prisma.service.js';

interface InteractionKey {
  readonly workspaceId: string;
  readonly interactionId: string;
}

/** The chat of an interaction that is still open; undefined when it is resolved or gone. */
export async function findOpenChat(db: Pool | PoolClient, { workspaceId, interactionId }: InteractionKey) {
  const { rows } = await db.query<{ chat_id: string }>(
    `SELECT chat_id FROM interactions WHERE workspace_id = $1 AND id = $2 AND status <> 'RESOLVED'`,
    [workspaceId, interactionId],
  );
  return rows[0]?.chat_id;
}

/** Deletes the row; its messages are the chat's and stay there. */
export async function deleteInteraction(tx: Tx, { workspaceId, interactionId }: InteractionKey): Promise<void> {
  await tx.interaction.deleteMany({ where: { workspaceId, id: interactionId } });
}
