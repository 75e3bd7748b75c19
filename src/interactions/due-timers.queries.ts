import type { Pool, PoolClient } from 'pg';
import type { TimerKind } from './timers.queries.js';

/** A timer that fell due, taken for a while: `dueAt` is where its row stands until it is settled or taken again. */
export interface DueTimer {
  readonly workspaceId: string;
  readonly id: string;
  readonly chatId: string;
  readonly interactionId: string | null;
  readonly kind: TimerKind;
  readonly key: string;
  readonly instructions: string | null;
  readonly dueAt: Date;
}

/** How long one is left to who took it. What a timer does is one short transaction. */
const TAKEN_SECONDS = 30;

// The due time is the lease: who dies leaves a timer that falls due again.
const CLAIM = `
WITH due AS (
  SELECT workspace_id, id FROM timers WHERE state = 'PENDING' AND due_at <= now()
  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE timers t SET due_at = now() + make_interval(secs => $2)
FROM due WHERE t.workspace_id = due.workspace_id AND t.id = due.id
RETURNING t.workspace_id AS "workspaceId", t.id, t.chat_id AS "chatId", t.interaction_id AS "interactionId", t.kind,
          t.key, t.instructions, t.due_at AS "dueAt"`;

/** Takes up to `limit` due timers of all tenants. */
export async function claimDueTimers(pool: Pool, limit: number): Promise<DueTimer[]> {
  const { rows } = await pool.query<DueTimer>(CLAIM, [limit, TAKEN_SECONDS]);
  return rows;
}

/** Ends a timer, in the transaction of its effect; false when it was cancelled, set anew or taken by another since. */
export async function settleTimer(
  tx: PoolClient,
  timer: DueTimer,
  state: 'DONE' | 'CANCELED',
  reason: string | null = null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE timers SET state = $4, reason = $5, finished_at = now()
     WHERE workspace_id = $1 AND id = $2 AND state = 'PENDING' AND due_at = $3`,
    [timer.workspaceId, timer.id, timer.dueAt, state, reason],
  );
  return rowCount === 1;
}

/** Whether a timer of this key was ever set in the chat. */
export async function wasTimerSet(tx: PoolClient, workspaceId: string, chatId: string, key: string): Promise<boolean> {
  const { rowCount } = await tx.query(`SELECT 1 FROM timers WHERE workspace_id = $1 AND chat_id = $2 AND key = $3`, [
    workspaceId,
    chatId,
    key,
  ]);
  return rowCount === 1;
}
