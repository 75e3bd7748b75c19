import type { Pool } from 'pg';
import { RESTORABLE_DAYS } from './access.queries.js';

type Database = Pick<Pool, 'query'>;

/** All tenants: the workspaces that were deleted so long ago that nobody can restore them, oldest deletion first. */
export async function findErasable(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ workspaceId: string }>(
    `SELECT id AS "workspaceId" FROM workspaces
     WHERE deleted_at <= now() - make_interval(days => $1) ORDER BY deleted_at, id`,
    [RESTORABLE_DAYS],
  );
  return rows.map((row) => row.workspaceId);
}

/** Rows of one statement. Each chat takes its messages with it, and a statement may run for 30 s. */
const CHATS_AT_ONCE = 200;
const CONTACTS_AT_ONCE = 1_000;

/**
 * Deletes everything of a workspace that `findErasable` named, and at last the workspace. In pieces, each committed by
 * itself: what a large one holds is more than one statement may take, and a crash in between costs nothing, since the
 * next sweep goes on. Rows of every module are deleted here, from the top floor down: the keys would refuse another order.
 */
export async function eraseWorkspace(db: Database, workspaceId: string): Promise<void> {
  await eraseInPieces(db, 'chats', workspaceId, CHATS_AT_ONCE);
  await eraseInPieces(db, 'contacts', workspaceId, CONTACTS_AT_ONCE);
  for (const table of ['webhook_quarantine', 'parked_statuses', 'channels']) {
    await db.query(`DELETE FROM ${table} WHERE workspace_id = $1`, [workspaceId]);
  }
  // The rest hangs on the workspace's own key.
  await db.query('DELETE FROM workspaces WHERE id = $1 RETURNING id AS workspace_id', [workspaceId]);
}

async function eraseInPieces(
  db: Database,
  table: 'chats' | 'contacts',
  workspaceId: string,
  size: number,
): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(
      `DELETE FROM ${table} WHERE workspace_id = $1
         AND id IN (SELECT id FROM ${table} WHERE workspace_id = $1 LIMIT ${size})`,
      [workspaceId],
    );
    if ((rowCount ?? 0) < size) return;
  }
}
