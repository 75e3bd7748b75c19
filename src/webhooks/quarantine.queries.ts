import type { Pool } from 'pg';
import type { ListQuarantineQuery, QuarantineRow } from './quarantine.dto.js';

/** One body may have a million characters: a list shows how each begins. */
const SHOWN_CHARACTERS = 4_000;

/** One page of a workspace's quarantine, newest first, and how much there is. */
export async function listQuarantine(
  pool: Pool,
  workspaceId: string,
  { page, pageSize }: ListQuarantineQuery,
): Promise<{ rows: QuarantineRow[]; total: number }> {
  const [found, counted] = await Promise.all([
    pool.query<QuarantineRow>(
      `SELECT id, channel_id, error, left(body, $4) AS body, char_length(body) AS characters, created_at
       FROM webhook_quarantine WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`,
      [workspaceId, pageSize, (page - 1) * pageSize, SHOWN_CHARACTERS],
    ),
    pool.query<{ total: number }>('SELECT count(*)::int AS total FROM webhook_quarantine WHERE workspace_id = $1', [
      workspaceId,
    ]),
  ]);
  return { rows: found.rows, total: counted.rows[0]!.total };
}
