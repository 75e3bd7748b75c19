import type { PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { queueHookEvent } from '../agents/hook-events.queries.js';
import { closeMatter } from '../chats/takeover.queries.js';
import { awaitPerson } from '../interactions/interactions.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import type { Effect } from './tool.js';
import type { ClaimedTurn } from './turns.queries.js';

/**
 * Does what a reply says is done, in the transaction that keeps the reply: neither exists without the other. The caller has
 * the chat's lock and has just settled the turn.
 */
export async function applyEffect(tx: PoolClient, turn: ClaimedTurn, effect: Effect): Promise<void> {
  switch (effect.kind) {
    case 'HUMAN':
      return transferToHuman(tx, turn, effect);
    case 'AGENT':
      return transferToAgent(tx, turn, effect);
    case 'RESOLVE':
      return closeMatter(tx, turn.workspaceId, turn.chatId, { by: 'AGENT', userId: null });
  }
}

/** The parts of this very turn are lifted to the new epoch: the words that say goodbye leave, everything else is void. */
async function transferToHuman(
  tx: PoolClient,
  { workspaceId, chatId, agentId, id }: ClaimedTurn,
  { userId, reason }: Effect & { kind: 'HUMAN' },
): Promise<void> {
  await tx.query(
    `WITH chat AS (
       UPDATE chats SET epoch = epoch + 1, human_talk = true, user_id = coalesce($3, user_id)
       WHERE workspace_id = $1 AND id = $2 RETURNING epoch),
     lifted AS (UPDATE turns t SET epoch = chat.epoch FROM chat WHERE t.workspace_id = $1 AND t.id = $4)
     UPDATE outbound_parts p SET epoch = chat.epoch FROM chat WHERE p.workspace_id = $1 AND p.turn_id = $4`,
    [workspaceId, chatId, userId, id],
  );
  await awaitPerson(tx, workspaceId, chatId, userId);
  await tellPeople(tx, { workspaceId, kind: 'chat.needs_person', agentId, chatId, details: { reason } });
  const data = { chatId, to: 'HUMAN', userId, reason };
  await queueHookEvent(tx, { workspaceId, agentId, event: 'onTransfer', data });
}

/** The next turn of the chat is the other agent's, and it begins at once; words that came meanwhile are in it. */
async function transferToAgent(
  tx: PoolClient,
  { workspaceId, chatId, channelId, agentId }: ClaimedTurn,
  effect: Effect & { kind: 'AGENT' },
): Promise<void> {
  await tx.query(
    `WITH chat AS (
       UPDATE chats SET agent_id = $3, return_agent_id = CASE WHEN $4 THEN $5::uuid END
       WHERE workspace_id = $1 AND id = $2 RETURNING epoch),
     open_interaction AS (
       UPDATE interactions SET agent_id = $3, transfer_at = coalesce(transfer_at, now())
       WHERE workspace_id = $1 AND chat_id = $2 AND status <> 'RESOLVED')
     INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, due_at, epoch, inbound_ids, cause, instructions)
     SELECT $1, $6, $2, $7, $3, now(), epoch, '{}', 'TRANSFER', $8 FROM chat
     ON CONFLICT (workspace_id, chat_id) WHERE state = 'COLLECTING' DO UPDATE SET agent_id = excluded.agent_id`,
    [workspaceId, chatId, effect.agentId, effect.returnOnFinish, agentId, uuid7(), channelId, effect.reason],
  );
  const data = { chatId, to: 'AGENT', agentId: effect.agentId, reason: effect.reason };
  await queueHookEvent(tx, { workspaceId, agentId, event: 'onTransfer', data });
}
