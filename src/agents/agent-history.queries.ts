import type { Pool } from 'pg';
import type { AgentKey } from './agents.queries.js';

type Database = Pick<Pool, 'query'>;

/** A behaviour the agent once had, with its author as far as the account still exists. */
export interface BehaviorVersionRow {
  readonly id: string;
  readonly behaviorText: string;
  readonly createdAt: Date;
  readonly userId: string | null;
  readonly userLogin: string | null;
  readonly userName: string | null;
  readonly userPicture: string | null;
}

/** One page of an agent's behaviours, newest first. */
export async function findBehaviorVersions(
  db: Database,
  { workspaceId, agentId }: AgentKey,
  { skip, take }: { skip: number; take: number },
): Promise<BehaviorVersionRow[]> {
  const { rows } = await db.query<BehaviorVersionRow>(
    `SELECT v.id, v.behavior_text AS "behaviorText", v.created_at AS "createdAt",
            u.id AS "userId", u.email AS "userLogin", u.name AS "userName", u.picture AS "userPicture"
     FROM behavior_versions v LEFT JOIN users u ON u.id = v.user_id
     WHERE v.workspace_id = $1 AND v.agent_id = $2
     ORDER BY v.created_at DESC, v.id DESC LIMIT $3 OFFSET $4`,
    [workspaceId, agentId, take, skip],
  );
  return rows;
}

/** What one model cost on one day of the agent's calendar. */
export interface CreditsRow {
  readonly credits: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly model: string;
}

/** A year, a month of it, or a day of that; nothing: all that ever was. */
export interface CalendarSpan {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
}

/**
 * Credits an agent spent by day and model, oldest first, in its own time zone; what was given back is taken off. The
 * span becomes two instants, so that the index on (workspace, agent, time) serves it.
 */
export async function sumCreditsSpent(
  db: Database,
  { workspaceId, agentId }: AgentKey,
  { year, month, day }: CalendarSpan,
): Promise<CreditsRow[]> {
  const { rows } = await db.query<CreditsRow>(
    `WITH zone AS (SELECT timezone AS name FROM agent_settings WHERE workspace_id = $1 AND agent_id = $2),
     span AS (
       SELECT name,
              make_timestamp($3::int, coalesce($4::int, 1), coalesce($5::int, 1), 0, 0, 0) AS first,
              CASE WHEN $5::int IS NOT NULL THEN interval '1 day'
                   WHEN $4::int IS NOT NULL THEN interval '1 month'
                   ELSE interval '1 year' END AS length
       FROM zone),
     spent AS (
       SELECT e.amount, coalesce(e.model, '') AS model, (e.created_at AT TIME ZONE span.name)::date AS at
       FROM credit_entries e CROSS JOIN span
       WHERE e.workspace_id = $1 AND e.agent_id = $2 AND e.kind IN ('CHARGE', 'REFUND')
         AND ($3::int IS NULL OR (e.created_at >= span.first AT TIME ZONE span.name
                                  AND e.created_at < (span.first + span.length) AT TIME ZONE span.name)))
     SELECT -sum(amount)::int AS credits, model, extract(year FROM at)::int AS year,
            extract(month FROM at)::int AS month, extract(day FROM at)::int AS day
     FROM spent GROUP BY at, model HAVING sum(amount) <> 0 ORDER BY at, model`,
    [workspaceId, agentId, year, month, day],
  );
  return rows;
}
