import type { Pool, PoolClient } from 'pg';
import type { SilencePlan } from './plan-silence.js';

/** The chat of a timer, as its effect has to be decided on. */
export interface TimerScene {
  readonly humanTalk: boolean;
  readonly epoch: number;
  readonly channelType: 'WHATSAPP' | 'API';
  readonly agentId: string;
  readonly interactionId: string | null;
  readonly interactionStatus: 'RUNNING' | 'WAITING' | null;
  /** The newest message of the chat is the customer's. */
  readonly customerSpokeLast: boolean;
  /** An answer of the agent is on its way. */
  readonly isAnswering: boolean;
  readonly timezone: string;
  readonly plan: SilencePlan;
}

/** What the timers of a chat are decided on; undefined when the chat is gone. The caller holds the chat's lock. */
export async function loadTimerScene(
  tx: PoolClient,
  workspaceId: string,
  chatId: string,
): Promise<TimerScene | undefined> {
  const { rows } = await tx.query<TimerScene>(
    `SELECT c.human_talk AS "humanTalk", c.epoch, h.type AS "channelType", coalesce(c.agent_id, h.agent_id) AS "agentId",
            i.id AS "interactionId", i.status AS "interactionStatus", w.timezone,
            coalesce((SELECT m.role = 'user' FROM messages m
                      WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id ORDER BY m.seq DESC LIMIT 1), false)
              AS "customerSpokeLast",
            EXISTS (SELECT 1 FROM turns t WHERE t.workspace_id = c.workspace_id AND t.chat_id = c.id AND t.kind = 'ANSWER'
                    AND t.state IN ('COLLECTING', 'THINKING', 'SENDING')) AS "isAnswering",
            json_build_object('actions', coalesce(p.actions, '[]'), 'finishOnSeconds', p.finish_on_seconds) AS plan
     FROM chats c
     JOIN workspaces w ON w.id = c.workspace_id
     JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
     LEFT JOIN interactions i ON i.workspace_id = c.workspace_id AND i.chat_id = c.id AND i.status <> 'RESOLVED'
     LEFT JOIN idle_plans p ON p.workspace_id = c.workspace_id AND p.agent_id = coalesce(c.agent_id, h.agent_id)
     WHERE c.workspace_id = $1 AND c.id = $2`,
    [workspaceId, chatId],
  );
  return rows[0];
}

/** A turn the agent begins by itself. */
export interface ProactiveTurn {
  readonly workspaceId: string;
  readonly turnId: string;
  readonly chatId: string;
  readonly cause: 'IDLE' | 'REMINDER';
  readonly instructions: string;
}

/**
 * Lets the agent speak in a chat without having been written to; a turn that is collecting anyway takes the instructions
 * along. The caller holds the chat's lock.
 */
export async function beginProactiveTurn(tx: PoolClient, turn: ProactiveTurn): Promise<void> {
  await tx.query(
    `INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, due_at, epoch, inbound_ids, cause, instructions)
     SELECT c.workspace_id, $3, c.id, c.channel_id, coalesce(c.agent_id, h.agent_id), now(), c.epoch, '{}', $4, $5
     FROM chats c JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
     WHERE c.workspace_id = $1 AND c.id = $2
     ON CONFLICT (workspace_id, chat_id) WHERE state = 'COLLECTING' DO UPDATE
     SET instructions = concat_ws(E'\\n', turns.instructions, excluded.instructions),
         cause = CASE WHEN turns.cause = 'IDLE' THEN excluded.cause ELSE turns.cause END`,
    [turn.workspaceId, turn.chatId, turn.turnId, turn.cause, turn.instructions],
  );
}

/** Puts a taken timer off; it stays what it is. */
export async function putOffTimer(
  tx: PoolClient,
  workspaceId: string,
  timerId: string,
  seconds: number,
): Promise<void> {
  await tx.query(
    `UPDATE timers SET due_at = now() + make_interval(secs => $3)
     WHERE workspace_id = $1 AND id = $2 AND state = 'PENDING'`,
    [workspaceId, timerId, seconds],
  );
}

/** Whether this closed period's text was said in the open interaction: the moment it ends names the period. */
export async function wasToldHours(
  pool: Pool,
  { workspaceId, chatId, opensAt }: { workspaceId: string; chatId: string; opensAt: string },
): Promise<boolean> {
  const { rows } = await pool.query<{ told: boolean }>(
    `SELECT EXISTS (
       SELECT 1 FROM interactions i
       JOIN messages m ON m.workspace_id = i.workspace_id AND m.interaction_id = i.id
       JOIN turns t ON t.workspace_id = m.workspace_id AND t.id = m.turn_id
       WHERE i.workspace_id = $1 AND i.chat_id = $2 AND i.status <> 'RESOLVED' AND m.role = 'assistant'
         AND t.trace ->> 'closedUntil' = $3) AS told`,
    [workspaceId, chatId, opensAt],
  );
  return rows[0]!.told;
}
