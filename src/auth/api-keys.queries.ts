import type { Pool } from 'pg';

/** An API key that is good now. */
export interface GoodKey {
  readonly id: string;
  readonly workspaceId: string;
  readonly createdById: string;
  /** Whether its last use was noted more than a minute ago. */
  readonly isStale: boolean;
}

/**
 * The key behind a hash: neither revoked nor expired, of a workspace that is not deleted, made by somebody who is still
 * a member there.
 * All tenants: the key itself says which workspace it is for; its hash is unique.
 */
export async function findGoodKey(pool: Pool, keyHash: Uint8Array): Promise<GoodKey | undefined> {
  const { rows } = await pool.query<GoodKey>(
    `SELECT k.id, k.workspace_id AS "workspaceId", k.created_by_id AS "createdById",
            (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute') AS "isStale"
     FROM api_keys k
     JOIN workspaces w ON w.id = k.workspace_id AND w.deleted_at IS NULL
     JOIN memberships m ON m.workspace_id = k.workspace_id AND m.user_id = k.created_by_id
     WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
    [keyHash],
  );
  return rows[0];
}

/** Notes that a key was used; of many requests at once one writes. */
export async function noteKeyUse(pool: Pool, { workspaceId, id }: GoodKey): Promise<void> {
  await pool.query(
    `UPDATE api_keys SET last_used_at = now()
     WHERE workspace_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [workspaceId, id],
  );
}
