import type { Pool, PoolClient } from 'pg';
import type { Link } from './next-connection.js';

/** A channel whose gateway instance still posts to another address, or other events. */
export interface MovedWebhook {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly instanceName: string;
}

/** All tenants: asked once at start. The channels that do not post these events to `publicUrl`, oldest first. */
export async function findMovedWebhooks(
  db: Pick<Pool, 'query'>,
  publicUrl: string,
  events: readonly string[],
): Promise<MovedWebhook[]> {
  const { rows } = await db.query<MovedWebhook>(
    `SELECT workspace_id AS "workspaceId", id AS "channelId", instance_name AS "instanceName" FROM channels
     WHERE type = 'WHATSAPP' AND instance_name IS NOT NULL AND webhook_url IS NOT NULL
       AND webhook_url <> $1 || '/webhooks/evolution/' || workspace_id || '/' || id || '#' || $2
     ORDER BY created_at`,
    [publicUrl, events.join(',')],
  );
  return rows;
}

/** A connected number whose gateway keeps records of its own. */
export interface FillableChannel {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly instanceName: string;
  readonly ownJid: string | null;
  /** Up to when those records were compared with ours; at first, since when the number is linked. ms since 1970. */
  readonly filledUntilMs: number;
  readonly nowMs: number;
  /** Since when it is connected, and when the gateway last said anything of it (to within a minute; null: never). */
  readonly openSinceMs: number;
  readonly lastEventMs: number | null;
}

const FILLABLE = `SELECT workspace_id AS "workspaceId", id AS "channelId", instance_name AS "instanceName",
  own_jid AS "ownJid", (extract(epoch FROM state_at) * 1000)::float8 AS "openSinceMs",
  (extract(epoch FROM last_event_at) * 1000)::float8 AS "lastEventMs", (extract(epoch FROM now()) * 1000)::float8 AS "nowMs",
  (extract(epoch FROM coalesce(filled_until, first_opened_at, created_at)) * 1000)::float8 AS "filledUntilMs"
  FROM channels WHERE type = 'WHATSAPP' AND instance_name IS NOT NULL AND state = 'open'`;

/** All tenants: connected numbers that were not compared for `seconds` (deaf ones: for a minute), the longest first. */
export async function findUnfilled(pool: Pool, seconds: number, limit: number): Promise<FillableChannel[]> {
  const { rows } = await pool.query<FillableChannel>(
    `${FILLABLE} AND (filled_until IS NULL OR filled_until < now() - make_interval(secs => $1)
       OR deaf_since IS NOT NULL AND filled_until < now() - interval '1 minute')
     ORDER BY filled_until NULLS FIRST LIMIT $2`,
    [seconds, limit],
  );
  return rows;
}

/** One of them; undefined while it is not connected. */
export async function findFillable(pool: Pool, workspaceId: string, id: string): Promise<FillableChannel | undefined> {
  const { rows } = await pool.query<FillableChannel>(`${FILLABLE} AND workspace_id = $1 AND id = $2`, [
    workspaceId,
    id,
  ]);
  return rows[0];
}

/** Everything up to then is stored. Never moves back. */
export async function markFilled(pool: Pool, workspaceId: string, id: string, untilMs: number): Promise<void> {
  await pool.query(
    `UPDATE channels SET filled_until = to_timestamp($3 / 1000.0)
     WHERE workspace_id = $1 AND id = $2 AND (filled_until IS NULL OR filled_until < to_timestamp($3 / 1000.0))`,
    [workspaceId, id, untilMs],
  );
}

/** What was heard of a number. */
export interface Pulse {
  readonly workspaceId: string;
  readonly channelId: string;
  /** A customer wrote, or a person on the phone. */
  readonly spoken: boolean;
}

/** Remembers that these numbers were heard of just now: then none of them is deaf. */
export async function recordPulses(pool: Pool, pulses: readonly Pulse[]): Promise<void> {
  await pool.query(
    `WITH heard AS (SELECT * FROM json_to_recordset($1::json) AS x("workspaceId" uuid, "channelId" uuid, spoken boolean)),
     locked AS (SELECT c.workspace_id, c.id, x.spoken FROM heard x
                JOIN channels c ON c.workspace_id = x."workspaceId" AND c.id = x."channelId"
                ORDER BY 1, 2 FOR NO KEY UPDATE OF c)
     UPDATE channels c SET last_event_at = now(), last_inbound_at = CASE WHEN l.spoken THEN now() ELSE c.last_inbound_at END,
            deaf_since = CASE WHEN NOT l.spoken THEN c.deaf_since END
     FROM locked l WHERE c.workspace_id = l.workspace_id AND c.id = l.id`,
    [JSON.stringify(pulses)],
  );
}

/** No message to somebody who has not written, for so long; true when this is news. A longer pause stays. */
export async function pauseProactive(
  db: Pool | PoolClient,
  channel: { readonly workspaceId: string; readonly channelId: string },
  seconds: number,
  reason: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE channels SET proactive_paused_until = now() + make_interval(secs => $3), proactive_pause_reason = $4
     WHERE workspace_id = $1 AND id = $2 AND (proactive_paused_until IS NULL OR proactive_paused_until < now())`,
    [channel.workspaceId, channel.channelId, seconds, reason],
  );
  return rowCount === 1;
}

/** The number is connected, and we do not hear it; true when this is news. Its next message ends it. */
export async function markDeaf(db: Pool | PoolClient, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE channels SET deaf_since = now() WHERE workspace_id = $1 AND id = $2 AND deaf_since IS NULL`,
    [workspaceId, id],
  );
  return rowCount === 1;
}

/** What is known of a number's link, locked until the transaction ends; undefined when the channel is gone. */
export async function lockLink(
  tx: PoolClient,
  workspaceId: string,
  id: string,
): Promise<(Link & { readonly stateAt: Date }) | undefined> {
  const { rows } = await tx.query<Link & { readonly stateAt: Date }>(
    `SELECT state, state_reason AS reason, state_at AS "stateAt" FROM channels
     WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`,
    [workspaceId, id],
  );
  return rows[0];
}

/** Keeps a change of a number's link. Once it is connected or finally is not, every code to scan is worthless. */
export async function keepLink(
  tx: PoolClient,
  workspaceId: string,
  id: string,
  link: Link & { readonly ownJid: string | null; readonly profileName: string | null },
): Promise<void> {
  await tx.query(
    `UPDATE channels SET state = $3, state_reason = $4, state_at = clock_timestamp(), own_jid = coalesce($5, own_jid),
            profile_name = coalesce($6, profile_name),
            first_opened_at = CASE WHEN $3 = 'open' THEN coalesce(first_opened_at, now()) ELSE first_opened_at END,
            qr_code = CASE WHEN $3 = 'connecting' THEN qr_code END,
            pairing_code = CASE WHEN $3 = 'connecting' THEN pairing_code END,
            qr_at = CASE WHEN $3 = 'connecting' THEN qr_at END
     WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, id, link.state, link.reason, link.ownJid, link.profileName],
  );
}

/** A number that is not connected. */
export interface ClosedChannel extends Link {
  readonly workspaceId: string;
  readonly id: string;
  readonly instanceName: string;
  /** Since when, in ms since 1970. */
  readonly closedMs: number;
}

/** All tenants: numbers that were linked once and are closed now. */
export async function findClosed(pool: Pool): Promise<ClosedChannel[]> {
  const { rows } = await pool.query<ClosedChannel>(
    `SELECT workspace_id AS "workspaceId", id, instance_name AS "instanceName", state, state_reason AS reason,
            (extract(epoch FROM state_at) * 1000)::float8 AS "closedMs"
     FROM channels
     WHERE type = 'WHATSAPP' AND instance_name IS NOT NULL AND own_jid IS NOT NULL AND state = 'close'
       AND state_reason IS NOT NULL
     ORDER BY state_at LIMIT 500`,
  );
  return rows;
}
