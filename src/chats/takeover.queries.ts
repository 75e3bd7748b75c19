import type { PoolClient } from 'pg';
import { awaitPerson, resumeInteraction } from '../interactions/interactions.queries.js';
import { cancelPendingParts } from './outbox.queries.js';

/** A person has the chat: running work of an older epoch is void, what is not begun is cancelled. Idempotent. */
export async function handToPerson(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(`UPDATE chats SET epoch = epoch + 1, human_talk = true WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    chatId,
  ]);
  await cancelPendingParts(tx, workspaceId, chatId);
  await awaitPerson(tx, workspaceId, chatId);
}

/** The agent answers again, from the next message on. */
export async function handToAgent(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(`UPDATE chats SET epoch = epoch + 1, human_talk = false WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    chatId,
  ]);
  await resumeInteraction(tx, workspaceId, chatId);
}
