import type { Pool, PoolClient } from 'pg';
import type { DeliveryDecision } from './decide-delivery.js';

/** A delivery a worker has for the length of its lease. */
export interface ClaimedDelivery {
  readonly workspaceId: string;
  readonly id: string;
  readonly agentId: string | null;
  readonly event: string;
  readonly url: string;
  readonly payload: unknown;
  /** From 1; whoever records the outcome names it, so that a worker that was too slow overwrites nothing. */
  readonly attempt: number;
  readonly createdAt: Date;
}

/** How many of its deliveries run in this process, by host. */
export type BusyHosts = ReadonlyMap<string, number>;

/** Longer than an attempt may take: after it, whoever had the delivery is dead. */
const LEASE_SECONDS = 60;
/** Enough to find others behind a host whose deliveries pile up. */
const LOOK_AT = 200;

/** Scheme and authority, as they stand in the text. */
const HOST = `substring(url from '^[^:]+://[^/?#]*')`;

/**
 * Takes up to `limit` due deliveries, of one host no more than `perHost` together with what runs already: a receiver that
 * hangs holds its own places only. All tenants: one queue serves every workspace.
 */
export async function claimDeliveries(
  db: Pool,
  { limit, perHost, busy }: { limit: number; perHost: number; busy: BusyHosts },
): Promise<ClaimedDelivery[]> {
  const { rows } = await db.query<ClaimedDelivery>(
    `WITH due AS MATERIALIZED (
       SELECT workspace_id, id, next_at, ${HOST} AS host FROM hook_deliveries
       WHERE state = 'PENDING' AND next_at <= now() AND coalesce(($3::jsonb ->> ${HOST})::int, 0) < $2
       ORDER BY next_at LIMIT ${LOOK_AT} FOR UPDATE SKIP LOCKED
     ),
     ranked AS (
       SELECT *, row_number() OVER (PARTITION BY host ORDER BY next_at) + coalesce(($3::jsonb ->> host)::int, 0) AS n
       FROM due
     ),
     taken AS (SELECT workspace_id, id FROM ranked WHERE n <= $2 ORDER BY next_at LIMIT $1)
     UPDATE hook_deliveries d SET attempt = d.attempt + 1, next_at = now() + interval '${LEASE_SECONDS} s'
     FROM taken t WHERE d.workspace_id = t.workspace_id AND d.id = t.id
     RETURNING d.workspace_id AS "workspaceId", d.id, d.agent_id AS "agentId", d.event, d.url, d.payload, d.attempt,
               d.created_at AS "createdAt"`,
    [limit, perHost, JSON.stringify(Object.fromEntries(busy))],
  );
  return rows;
}

/** Records what came of an attempt; false when the delivery is not this attempt's any more. */
export async function settleDelivery(
  db: Pool | PoolClient,
  { workspaceId, id, attempt }: ClaimedDelivery,
  outcome: { decision: DeliveryDecision; status: number | null; error: string | null },
): Promise<boolean> {
  const { decision, status, error } = outcome;
  const { rowCount } = await db.query(
    `UPDATE hook_deliveries SET state = $4, last_status = $5, last_error = $6,
            next_at = now() + $7 * interval '1 ms', delivered_at = CASE WHEN $4 = 'DELIVERED' THEN now() END
     WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND state = 'PENDING'`,
    [workspaceId, id, attempt, decision.state, status, error, 'delayMs' in decision ? decision.delayMs : 0],
  );
  return rowCount === 1;
}

/** Begins a finished delivery anew, under the id it had; false when it is not finished, or is not there. */
export async function replayDelivery(db: Pool, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE hook_deliveries SET state = 'PENDING', attempt = 0, next_at = now(), delivered_at = NULL
     WHERE workspace_id = $1 AND id = $2 AND state <> 'PENDING'`,
    [workspaceId, id],
  );
  return rowCount === 1;
}

/** Deletes what was delivered a week ago or given up a month ago. All tenants: a sweep by age. */
export async function sweepDeliveries(db: Pool): Promise<void> {
  await db.query(
    `DELETE FROM hook_deliveries
     WHERE (state = 'DELIVERED' AND created_at < now() - interval '7 days')
        OR (state = 'DEAD' AND created_at < now() - interval '30 days')`,
  );
}
