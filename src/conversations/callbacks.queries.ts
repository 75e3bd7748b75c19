import type { Pool, PoolClient } from 'pg';
import { WAITING_UNTIL } from '../agents/callbacks.queries.js';

/** A promised answer whose turn is over. */
export interface EndedAnswer {
  readonly workspaceId: string;
  readonly id: string;
  readonly state: 'DONE' | 'SKIPPED' | 'FAILED';
  /** What the agent said, '' for nothing. */
  readonly message: string;
}

/**
 * Promised answers whose turns are over. The turn is found by the message it answers: a newer message may have moved it
 * into another one, and a merge of contacts into another chat. All tenants: one queue serves every workspace.
 */
export async function findEndedAnswers(db: Pool, limit: number): Promise<EndedAnswer[]> {
  const { rows } = await db.query<EndedAnswer>(
    `SELECT d.workspace_id AS "workspaceId", d.id, t.state,
            (SELECT coalesce(string_agg(s.text, E'\\n\\n' ORDER BY s.seq), '') FROM messages s
             WHERE s.workspace_id = d.workspace_id AND s.chat_id = m.chat_id AND s.turn_id = t.id) AS message
     FROM hook_deliveries d
     CROSS JOIN LATERAL (SELECT m.id, m.chat_id FROM messages m
                         WHERE m.workspace_id = d.workspace_id AND m.id = (d.payload ->> 'messageId')::uuid LIMIT 1) m
     CROSS JOIN LATERAL (SELECT t.id, t.state FROM turns t
                         WHERE t.workspace_id = d.workspace_id AND t.chat_id = m.chat_id AND m.id = ANY (t.inbound_ids)
                         LIMIT 1) t
     WHERE d.state = 'PENDING' AND d.next_at = ${WAITING_UNTIL} AND d.event = 'conversation.answer'
       AND t.state IN ('DONE', 'SKIPPED', 'FAILED')
     LIMIT $1`,
    [limit],
  );
  return rows;
}

/** How an interaction ended; undefined while it has not, or when it is not there. */
export async function readEnd(
  db: PoolClient,
  workspaceId: string,
  interactionId: string,
): Promise<{ readonly resolvedBy: string | null } | undefined> {
  const { rows } = await db.query<{ resolvedBy: string | null }>(
    `SELECT resolved_by AS "resolvedBy" FROM interactions WHERE workspace_id = $1 AND id = $2 AND status = 'RESOLVED'`,
    [workspaceId, interactionId],
  );
  return rows[0];
}
