import type { Pool, PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';

export type TimerKind = 'IDLE_ACTION' | 'IDLE_FINISH' | 'REMINDER' | 'GIVE_BACK';

/** What silence leads to; any word of the customer, and any person who takes the chat, ends it. */
export const IDLE_KINDS: readonly TimerKind[] = ['IDLE_ACTION', 'IDLE_FINISH'];

/** Something to do in a chat at a time. `key` names it within the chat: the same key is the same timer. */
export interface NewTimer {
  readonly workspaceId: string;
  readonly chatId: string;
  readonly interactionId?: string | null;
  readonly kind: TimerKind;
  readonly key: string;
  readonly dueInMs: number;
  readonly instructions?: string | null;
}

/** Sets a timer; one of the same key is set anew, also after it was done or cancelled. */
export async function setTimer(db: Pool | PoolClient, timer: NewTimer): Promise<void> {
  const { workspaceId, chatId, interactionId = null, kind, key, dueInMs, instructions = null } = timer;
  await db.query(
    `INSERT INTO timers (workspace_id, id, chat_id, interaction_id, kind, key, instructions, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))
     ON CONFLICT (workspace_id, chat_id, key) DO UPDATE
     SET interaction_id = excluded.interaction_id, kind = excluded.kind, instructions = excluded.instructions,
         due_at = excluded.due_at, state = 'PENDING', reason = NULL, finished_at = NULL`,
    [workspaceId, uuid7(), chatId, interactionId, kind, key, instructions, dueInMs / 1000],
  );
}

/** Cancels what is pending of these kinds in a chat. */
export async function cancelTimers(
  db: Pool | PoolClient,
  {
    workspaceId,
    chatId,
    kinds,
    reason,
  }: {
    readonly workspaceId: string;
    readonly chatId: string;
    readonly kinds: readonly TimerKind[];
    readonly reason: string;
  },
): Promise<void> {
  await db.query(
    `UPDATE timers SET state = 'CANCELED', reason = $4, finished_at = now()
     WHERE workspace_id = $1 AND chat_id = $2 AND kind = ANY ($3) AND state = 'PENDING'`,
    [workspaceId, chatId, kinds, reason],
  );
}
