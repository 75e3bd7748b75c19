import type { Pool, PoolClient } from 'pg';

type Database = Pick<Pool | PoolClient, 'query'>;

/** What the secret is sealed for. */
export const HOOK_SECRET_FIELD = 'workspaces.hook_secret';

/** A workspace's sealed secret. */
export interface SealedHookSecret {
  readonly workspaceId: string;
  readonly sealed: string;
}

/** The sealed secret of a workspace, null before it was first needed; undefined when there is no such workspace. */
export async function readHookSecret(db: Database, workspaceId: string): Promise<string | null | undefined> {
  const { rows } = await db.query<{ sealed: string | null }>(
    `SELECT convert_from(hook_secret, 'UTF8') AS sealed FROM workspaces WHERE id = $1`,
    [workspaceId],
  );
  return rows[0]?.sealed;
}

/** Puts a sealed secret in place of `old`; false when it was another one meanwhile, and that one stays. */
export async function replaceHookSecret(
  db: Database,
  workspaceId: string,
  old: string | null,
  sealed: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE workspaces SET hook_secret = convert_to($3, 'UTF8')
     WHERE id = $1 AND hook_secret IS NOT DISTINCT FROM convert_to($2, 'UTF8')`,
    [workspaceId, old, sealed],
  );
  return rowCount === 1;
}

/** The next sealed secrets of all workspaces after `cursor`: a new key of the installation seals them again. */
export async function findHookSecrets(db: Database, cursor: string, limit: number): Promise<SealedHookSecret[]> {
  const { rows } = await db.query<SealedHookSecret>(
    `SELECT id AS "workspaceId", convert_from(hook_secret, 'UTF8') AS sealed FROM workspaces
     WHERE id > $1 AND hook_secret IS NOT NULL ORDER BY id LIMIT $2`,
    [cursor, limit],
  );
  return rows;
}
