import type { PoolClient } from 'pg';
import { cancelPendingParts } from './outbox.queries.js';

/** Locks the chat's row, before anything of the chat is written: every transaction takes it first. */
export async function lockChatRow(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(`SELECT 1 FROM chats WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`, [workspaceId, chatId]);
}

/** The service is over: what the agent is about to say is void, and whatever the customer writes next begins anew with it. */
export async function finishChat(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(
    `UPDATE chats SET epoch = epoch + 1, human_talk = false, user_id = NULL, finished = true
     WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, chatId],
  );
  await cancelPendingParts(tx, workspaceId, chatId);
}
