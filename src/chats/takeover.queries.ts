import type { PoolClient } from 'pg';
import { releaseFinished } from '../agents/callbacks.queries.js';
import { queueHookEvent } from '../agents/hook-events.queries.js';
import { awaitPerson, resolveInteraction, resumeInteraction } from '../interactions/interactions.queries.js';
import { cancelTimers, IDLE_KINDS } from '../interactions/timers.queries.js';
import { TAKEN } from '../jobs/wakeups.service.js';
import { cancelPendingParts } from './outbox.queries.js';

/** Locks a chat's row first, as every transaction does that goes on to the chat's turns: in another order two could deadlock. */
export async function lockChat(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(`SELECT 1 FROM chats WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`, [workspaceId, chatId]);
}

/**
 * A person has the chat: the agent's work of an older epoch is void, what is not begun is cancelled. Idempotent. Without
 * `userId` it is nobody in particular, and who already has it keeps it. The owner's hook is told when the agent had it.
 */
export async function handToPerson(
  tx: PoolClient,
  workspaceId: string,
  chatId: string,
  { userId = null, reason = null }: { readonly userId?: string | null; readonly reason?: string | null } = {},
): Promise<void> {
  const { rows } = await tx.query<{ agentId: string | null }>(
    `WITH before AS MATERIALIZED (
       SELECT c.human_talk, coalesce(c.agent_id, h.agent_id) AS agent_id
       FROM chats c JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
       WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c)
     UPDATE chats c SET epoch = c.epoch + 1, human_talk = true, user_id = coalesce($3, c.user_id),
            human_at = CASE WHEN $3::uuid IS NULL THEN c.human_at ELSE now() END
     FROM before WHERE c.workspace_id = $1 AND c.id = $2
     RETURNING CASE WHEN NOT before.human_talk THEN before.agent_id END AS "agentId"`,
    [workspaceId, chatId, userId],
  );
  await voidAgentWork(tx, workspaceId, chatId);
  await awaitPerson(tx, workspaceId, chatId, userId);
  await cancelTimers(tx, { workspaceId, chatId, kinds: IDLE_KINDS, reason: 'human' });
  const agentId = rows[0]?.agentId;
  if (!agentId) return;
  const data = { chatId, to: 'HUMAN', userId, reason };
  await queueHookEvent(tx, { workspaceId, agentId, event: 'onTransfer', data });
}

/** The agent answers again, from the next message on. */
export async function handToAgent(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(
    `UPDATE chats SET epoch = epoch + 1, human_talk = false, user_id = NULL WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, chatId],
  );
  await announceTaken(tx, chatId);
  await resumeInteraction(tx, workspaceId, chatId);
}

/**
 * The matter is settled: what the agent is about to say is void, the open interaction is resolved by whoever took part
 * (`userId` if nobody has), and what the customer writes next begins anew with the agent.
 */
export async function finishChat(
  tx: PoolClient,
  workspaceId: string,
  chatId: string,
  userId: string | null,
): Promise<void> {
  await tx.query(
    `UPDATE chats SET epoch = epoch + 1, human_talk = false, user_id = NULL WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, chatId],
  );
  await voidAgentWork(tx, workspaceId, chatId);
  await cancelTimers(tx, { workspaceId, chatId, kinds: ['GIVE_BACK'], reason: 'finished' });
  await closeMatter(tx, workspaceId, chatId, { by: 'PERSON', userId });
}

/** Silence has settled the matter. Nothing of the agent is on its way, so nothing is void. */
export async function finishSilentChat(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await closeMatter(tx, workspaceId, chatId, { by: 'IDLE', userId: null });
}

/**
 * What the end of an interaction means for its chat, whoever ended it, in the same transaction: it is the agent's that had
 * it before a transfer to be returned, else the channel's; the trigger has to be said again, silence leads to nothing
 * more, and the owner's hook is told. The agent's words that are on their way still leave.
 */
export async function closeMatter(
  tx: PoolClient,
  workspaceId: string,
  chatId: string,
  { by, userId }: { readonly by: 'PERSON' | 'AGENT' | 'IDLE'; readonly userId: string | null },
): Promise<void> {
  const resolved = await resolveInteraction(tx, workspaceId, chatId, by, userId);
  await tx.query(
    `UPDATE chats SET finished = true, agent_id = return_agent_id, return_agent_id = NULL, triggered = false
     WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, chatId],
  );
  await cancelTimers(tx, { workspaceId, chatId, kinds: IDLE_KINDS, reason: 'resolved' });
  if (!resolved) return;
  const { agentId, interactionId, resolvedBy } = resolved;
  const data = { chatId, interactionId, resolvedBy };
  await queueHookEvent(tx, { workspaceId, agentId, event: 'onFinishInteraction', data });
  await releaseFinished(tx, workspaceId, interactionId, resolvedBy);
}

/** Tells every worker, once this is committed: what the agent does in this chat is void. */
async function announceTaken(tx: PoolClient, chatId: string): Promise<void> {
  await tx.query(`SELECT pg_notify($1, $2)`, [TAKEN, chatId]);
}

/** Ends what a raised epoch made void: what is not begun is cancelled, and who works on it is told to stop. */
export async function voidAgentWork(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await announceTaken(tx, chatId);
  await cancelPendingParts(tx, workspaceId, chatId);
  await endVoidTurns(tx, workspaceId, chatId);
}

// A void thought may take the model two more minutes, and the person's message waits for the chat to be free. A part whose
// outcome is open keeps its turn: what follows it must not overtake it.
async function endVoidTurns(tx: PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await tx.query(
    `UPDATE turns t SET state = 'SKIPPED', reason = 'human', finished_at = now()
     WHERE workspace_id = $1 AND chat_id = $2 AND kind = 'ANSWER' AND state IN ('THINKING', 'SENDING')
       AND NOT EXISTS (SELECT 1 FROM outbound_parts p WHERE p.workspace_id = t.workspace_id AND p.turn_id = t.id
                       AND p.state IN ('SENDING', 'UNKNOWN'))`,
    [workspaceId, chatId],
  );
}
