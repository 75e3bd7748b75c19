import type { PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { cancelTimers, setTimer } from '../interactions/timers.queries.js';
import { handToAgent, lockChat } from './takeover.queries.js';

const KEY = 'give-back';

interface ChatKey {
  readonly workspaceId: string;
  readonly chatId: string;
}

/**
 * A person wrote: the agent takes the chat back `giveBackMinutes` from now, if its settings say so. Each message of a
 * person moves it.
 */
export async function scheduleGiveBack(tx: PoolClient, { workspaceId, chatId }: ChatKey): Promise<void> {
  const { rows } = await tx.query<{ minutes: number | null }>(
    `SELECT s.give_back_minutes AS minutes FROM chats c
     JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
     JOIN agent_settings s ON s.workspace_id = c.workspace_id AND s.agent_id = coalesce(c.agent_id, h.agent_id)
     WHERE c.workspace_id = $1 AND c.id = $2`,
    [workspaceId, chatId],
  );
  const minutes = rows[0]?.minutes;
  if (minutes != null)
    await setTimer(tx, { workspaceId, chatId, kind: 'GIVE_BACK', key: KEY, dueInMs: minutes * 60_000 });
}

/**
 * The agent has the chat again. What the customer wrote after our last word was never answered by anybody: it gets a turn,
 * so that nobody is forgotten; what a person answered does not. False where no person had the chat.
 */
export async function giveBack(tx: PoolClient, { workspaceId, chatId }: ChatKey): Promise<boolean> {
  await lockChat(tx, workspaceId, chatId);
  await cancelTimers(tx, { workspaceId, chatId, kinds: ['GIVE_BACK'], reason: 'given_back' });
  const { rows } = await tx.query<{ human_talk: boolean }>(
    `SELECT human_talk FROM chats WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, chatId],
  );
  if (!rows[0]?.human_talk) return false;
  await handToAgent(tx, workspaceId, chatId);
  await answerWhatIsOpen(tx, { workspaceId, chatId });
  return true;
}

// A turn that still collects has the older epoch and would end as SKIPPED('human'): it is moved to the new one.
async function answerWhatIsOpen(tx: PoolClient, { workspaceId, chatId }: ChatKey): Promise<void> {
  await tx.query(
    `WITH open AS (
       SELECT m.id, m.seq FROM messages m
       WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.role = 'user' AND m.deleted_at IS NULL
         AND m.seq > coalesce((SELECT max(o.seq) FROM messages o
                               WHERE o.workspace_id = $1 AND o.chat_id = $2 AND o.role = 'assistant'
                                 AND coalesce(o.status, '') NOT IN ('FAILED', 'CANCELED')), 0)
     )
     INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, due_at, epoch, inbound_ids)
     SELECT c.workspace_id, $3, c.id, c.channel_id, coalesce(c.agent_id, h.agent_id), now(), c.epoch,
            (SELECT array_agg(id ORDER BY seq) FROM open)
     FROM chats c JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
     WHERE c.workspace_id = $1 AND c.id = $2 AND EXISTS (SELECT 1 FROM open)
     ON CONFLICT (workspace_id, chat_id) WHERE state = 'COLLECTING' DO UPDATE
     SET epoch = excluded.epoch, inbound_ids = excluded.inbound_ids`,
    [workspaceId, chatId, uuid7()],
  );
}
