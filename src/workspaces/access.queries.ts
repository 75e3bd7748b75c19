import type { Pool } from 'pg';
import type { Role } from './role-permissions.js';

type Database = Pick<Pool, 'query'>;

/** A member's way to something: the workspace it is in, and the member's role there. */
export interface AccessRow {
  readonly workspaceId: string;
  readonly role: Role;
}

/**
 * One statement per kind of thing: the id is looked for within the caller's memberships only, so that what belongs to
 * others and what does not exist cannot be told apart, not even by time.
 */
const FIND = {
  workspace: `SELECT m.workspace_id AS "workspaceId", m.role FROM memberships m
    WHERE m.user_id = $1 AND m.workspace_id = $2`,
  agent: `SELECT m.workspace_id AS "workspaceId", m.role FROM memberships m
    JOIN agents x ON x.workspace_id = m.workspace_id WHERE m.user_id = $1 AND x.id = $2`,
  channel: `SELECT m.workspace_id AS "workspaceId", m.role FROM memberships m
    JOIN channels x ON x.workspace_id = m.workspace_id WHERE m.user_id = $1 AND x.id = $2`,
  chat: `SELECT m.workspace_id AS "workspaceId", m.role FROM memberships m
    JOIN chats x ON x.workspace_id = m.workspace_id WHERE m.user_id = $1 AND x.id = $2`,
} as const;

/** What access is asked for. */
export type AccessKind = keyof typeof FIND;

/** The caller's way to one thing; undefined when there is none. */
export async function findAccess(
  db: Database,
  kind: AccessKind,
  userId: string,
  id: string,
): Promise<AccessRow | undefined> {
  const { rows } = await db.query<AccessRow>(FIND[kind], [userId, id]);
  return rows[0];
}

/** A workspace somebody is a member of. */
export interface MembershipRow extends AccessRow {
  readonly workspaceName: string;
}

/** Everything a person is a member of, oldest workspace first. */
export async function findMemberships(db: Database, userId: string): Promise<MembershipRow[]> {
  const { rows } = await db.query<MembershipRow>(
    `SELECT m.workspace_id AS "workspaceId", m.role, w.name AS "workspaceName"
     FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
     WHERE m.user_id = $1 ORDER BY w.created_at, w.id`,
    [userId],
  );
  return rows;
}
