import type { Pool } from 'pg';
import type { Header } from './merge-headers.js';

type Database = Pick<Pool, 'query'>;

/** What header values are sealed for. Not the row: a copied agent keeps its secrets. */
export const HEADERS_FIELD = 'intentions.headers';

/** An intention's sealed headers. */
export interface HeadersRow {
  readonly workspaceId: string;
  readonly id: string;
  readonly headers: readonly Header[];
}

/** Where a walk through all intentions has come to. */
export type HeadersCursor = Pick<HeadersRow, 'workspaceId' | 'id'>;

/**
 * The next intentions with headers after `cursor`, in the order of the primary key.
 * All tenants: a new key is one of the installation, and every secret of it is sealed again.
 */
export async function findSealedHeaders(db: Database, cursor: HeadersCursor, limit: number): Promise<HeadersRow[]> {
  const { rows } = await db.query<HeadersRow>(
    `SELECT workspace_id AS "workspaceId", id, headers FROM intentions
     WHERE (workspace_id, id) > ($1::uuid, $2::uuid) AND headers <> '[]'
     ORDER BY workspace_id, id LIMIT $3`,
    [cursor.workspaceId, cursor.id, limit],
  );
  return rows;
}

/** Puts sealed headers in place of others; false when somebody has changed them meanwhile, and theirs stay. */
export async function replaceSealedHeaders(
  db: Database,
  { workspaceId, id, headers }: HeadersRow,
  replacement: readonly Header[],
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE intentions SET headers = $4::jsonb WHERE workspace_id = $1 AND id = $2 AND headers = $3::jsonb`,
    [workspaceId, id, JSON.stringify(headers), JSON.stringify(replacement)],
  );
  return rowCount === 1;
}
