import type { Pool } from 'pg';

/** An interaction to be summarised; `attempt` fences: an older one writes nothing. */
export interface ToSummarise {
  readonly workspaceId: string;
  readonly id: string;
  readonly chatId: string;
  readonly agentId: string;
  readonly attempt: number;
}

// One that failed waits two minutes for each time it was tried. Each summary includes the one before it, so those of a chat
// are made in their order; one that failed for good holds nobody up.
const CLAIM = `
WITH due AS (
  SELECT workspace_id, id FROM interactions i
  WHERE status = 'RESOLVED' AND summarised_at IS NULL AND summary_attempts < 5 AND summarise_at <= now()
    AND NOT EXISTS (SELECT 1 FROM interactions o
                    WHERE o.workspace_id = i.workspace_id AND o.chat_id = i.chat_id AND o.status = 'RESOLVED'
                      AND o.summarised_at IS NULL AND o.summary_attempts < 5
                      AND (o.resolved_at, o.id) < (i.resolved_at, i.id))
  ORDER BY summarise_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE interactions i SET summary_attempts = i.summary_attempts + 1,
       summarise_at = now() + make_interval(secs => 120 * (i.summary_attempts + 1))
FROM due WHERE i.workspace_id = due.workspace_id AND i.id = due.id
RETURNING i.workspace_id AS "workspaceId", i.id, i.chat_id AS "chatId", i.agent_id AS "agentId",
          i.summary_attempts AS attempt`;

/** Takes up to `limit` resolved interactions of all tenants that nobody has summarised. */
export async function claimSummaries(pool: Pool, limit: number): Promise<ToSummarise[]> {
  const { rows } = await pool.query<ToSummarise>(CLAIM, [limit]);
  return rows;
}

/** What a summary is made from. */
export interface SummarySource {
  /** Of the interactions before. */
  readonly earlier: string | null;
  readonly messageCount: number;
  /** The last 200 messages, oldest first, each cut at 2,000 characters. */
  readonly lines: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
}

/** Loads it; undefined when the interaction is gone. */
export async function loadSummarySource(
  pool: Pool,
  { workspaceId, id }: ToSummarise,
): Promise<SummarySource | undefined> {
  const { rows } = await pool.query<SummarySource>(
    `SELECT (SELECT e.summary FROM interactions e
             WHERE e.workspace_id = i.workspace_id AND e.chat_id = i.chat_id AND e.status = 'RESOLVED'
               AND e.summary IS NOT NULL AND (e.resolved_at, e.id) < (i.resolved_at, i.id)
             ORDER BY e.resolved_at DESC, e.id DESC LIMIT 1) AS earlier,
            coalesce(l.n, 0)::int AS "messageCount", coalesce(l.lines, '[]') AS lines
     FROM interactions i
     LEFT JOIN LATERAL (
       SELECT count(*) AS n, json_agg(json_build_object('role', m.role, 'text', left(m.text, 2000)) ORDER BY m.seq) AS lines
       FROM (SELECT * FROM messages m
             WHERE m.workspace_id = i.workspace_id AND m.interaction_id = i.id AND m.deleted_at IS NULL
               AND coalesce(m.status, '') NOT IN ('FAILED', 'CANCELED') AND m.text <> ''
             ORDER BY m.seq DESC LIMIT 200) m
     ) l ON true
     WHERE i.workspace_id = $1 AND i.id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}

/** Keeps a summary, once; null where there is nothing to remember. */
export async function keepSummary(
  pool: Pool,
  { workspaceId, id, attempt }: ToSummarise,
  summary: string | null,
): Promise<void> {
  await pool.query(
    `UPDATE interactions SET summary = $4, summarised_at = now()
     WHERE workspace_id = $1 AND id = $2 AND summary_attempts = $3 AND summarised_at IS NULL`,
    [workspaceId, id, attempt, summary],
  );
}
