import type { Pool, PoolClient } from 'pg';
import { HOOK } from '../jobs/wakeups.service.js';

/** What one API call asked to be told of, at an address of its own. */
export type CallbackEvent = 'conversation.answer' | 'conversation.finished';

/** A delivery that waits for what it tells of. */
export interface Callback {
  readonly workspaceId: string;
  /** The same promise again is no second one. */
  readonly id: string;
  readonly agentId: string;
  readonly event: CallbackEvent;
  readonly url: string;
  /** What is known already; the rest comes with the release. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** When a delivery is due that waits for something to happen: never, by itself. */
export const WAITING_UNTIL = `TIMESTAMPTZ '9999-01-01 00:00:00Z'`;

/** Keeps a promise to call back. From the COMMIT on no crash loses it. */
export async function keepCallback(db: Pool | PoolClient, callback: Callback): Promise<void> {
  const { workspaceId, id, agentId, event, url, data } = callback;
  await db.query(
    `INSERT INTO hook_deliveries (workspace_id, id, agent_id, event, url, payload, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, ${WAITING_UNTIL}) ON CONFLICT (workspace_id, id) DO NOTHING`,
    [workspaceId, id, agentId, event, url, JSON.stringify(data)],
  );
}

/** It happened: the callback is due, with what was missing. A second release changes nothing. */
export async function releaseCallback(
  db: Pool | PoolClient,
  workspaceId: string,
  id: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.query(
    `WITH due AS (
       UPDATE hook_deliveries SET payload = payload || $3::jsonb, next_at = now()
       WHERE workspace_id = $1 AND id = $2 AND state = 'PENDING' AND next_at = ${WAITING_UNTIL} RETURNING id
     )
     SELECT pg_notify($4, '') FROM due`,
    [workspaceId, id, JSON.stringify(data), HOOK],
  );
}

/** An interaction is over: who asked to be told of it is, in the transaction that ends it. */
export async function releaseFinished(
  db: Pool | PoolClient,
  workspaceId: string,
  interactionId: string,
  resolvedBy: string | null,
): Promise<void> {
  await db.query(
    `WITH due AS (
       UPDATE hook_deliveries SET payload = payload || $3::jsonb, next_at = now()
       WHERE workspace_id = $1 AND state = 'PENDING' AND next_at = ${WAITING_UNTIL}
         AND event = 'conversation.finished' AND payload ->> 'interactionId' = $2 RETURNING id
     )
     SELECT pg_notify($4, '') FROM due`,
    [workspaceId, interactionId, JSON.stringify({ resolvedBy }), HOOK],
  );
}
