import type { Pool } from 'pg';
import type { SignedIn } from '../common/auth.decorators.js';
import type { Role } from './role-permissions.js';

type Database = Pick<Pool, 'query'>;

/** A caller's way to something: the workspace it is in, and the caller's role there. */
export interface AccessRow {
  readonly workspaceId: string;
  readonly role: Role;
  readonly isSuspended: boolean;
}

/**
 * What a caller can reach: a person their memberships ($1), an API key its one workspace ($1 the key, $2 the workspace).
 * A deleted workspace is reached by nobody.
 */
const PERSON = `(SELECT m.workspace_id, m.role, w.name, w.created_at, w.suspended_at IS NOT NULL AS suspended
  FROM memberships m JOIN workspaces w ON w.id = m.workspace_id AND w.deleted_at IS NULL
  WHERE m.user_id = $1)`;
const API_KEY = `(SELECT k.workspace_id, k.role, w.name, w.created_at, w.suspended_at IS NOT NULL AS suspended
  FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id AND w.deleted_at IS NULL
  WHERE k.id = $1 AND k.workspace_id = $2 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()))`;

/** The table of each kind of thing that has an id of its own in a path. */
const TABLES = {
  agent: 'agents',
  channel: 'channels',
  chat: 'chats',
  contact: 'contacts',
  customField: 'custom_fields',
  intention: 'intentions',
  interaction: 'interactions',
  message: 'messages',
  training: 'trainings',
  turn: 'turns',
} as const;

/** What access is asked for. */
export type AccessKind = 'workspace' | keyof typeof TABLES;

function scopeOf(user: SignedIn): { readonly scope: string; readonly values: readonly string[] } {
  if (!user.apiKey) return { scope: PERSON, values: [user.userId] };
  return { scope: API_KEY, values: [user.apiKey.id, user.apiKey.workspaceId] };
}

/**
 * The caller's way to one thing; undefined when there is none. The id is looked for within the caller's reach only, so
 * that what belongs to others and what does not exist cannot be told apart, not even by time.
 */
export async function findAccess(
  db: Database,
  kind: AccessKind,
  user: SignedIn,
  id: string,
): Promise<AccessRow | undefined> {
  const { scope, values } = scopeOf(user);
  const place = `$${values.length + 1}`;
  const target =
    kind === 'workspace'
      ? `WHERE m.workspace_id = ${place}`
      : `JOIN ${TABLES[kind]} x ON x.workspace_id = m.workspace_id AND x.id = ${place}`;
  const { rows } = await db.query<AccessRow>(
    `SELECT m.workspace_id AS "workspaceId", m.role, m.suspended AS "isSuspended" FROM ${scope} m ${target}`,
    [...values, id],
  );
  return rows[0];
}

/** A workspace somebody can reach. */
export interface MembershipRow extends AccessRow {
  readonly workspaceName: string;
}

/** Everything a caller can reach, oldest workspace first. */
export async function findMemberships(db: Database, user: SignedIn): Promise<MembershipRow[]> {
  const { scope, values } = scopeOf(user);
  const { rows } = await db.query<MembershipRow>(
    `SELECT m.workspace_id AS "workspaceId", m.role, m.name AS "workspaceName", m.suspended AS "isSuspended"
     FROM ${scope} m ORDER BY m.created_at, m.workspace_id`,
    [...values],
  );
  return rows;
}

/** How long a deleted workspace can be restored; the sweep erases it afterwards. */
export const RESTORABLE_DAYS = 30;

/**
 * A member's way to a workspace that may be deleted, as long as it can be restored. An API key never gets here: it ends
 * with the deletion.
 */
export async function findRestorable(
  db: Database,
  userId: string,
  workspaceId: string,
): Promise<AccessRow | undefined> {
  const { rows } = await db.query<AccessRow>(
    `SELECT m.workspace_id AS "workspaceId", m.role, w.suspended_at IS NOT NULL AS "isSuspended"
     FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
      AND (w.deleted_at IS NULL OR w.deleted_at > now() - make_interval(days => $3))
     WHERE m.user_id = $1 AND m.workspace_id = $2`,
    [userId, workspaceId, RESTORABLE_DAYS],
  );
  return rows[0];
}

/** A deleted workspace that can still be restored. */
export interface DeletedRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly deletedAt: Date;
  /** From when on it is erased for good. */
  readonly erasedAt: Date;
}

/** The deleted workspaces of this person that can still be restored, the last deleted first. */
export async function findDeleted(db: Database, userId: string): Promise<DeletedRow[]> {
  const { rows } = await db.query<DeletedRow>(
    `SELECT m.workspace_id AS id, w.name, m.role, w.deleted_at AS "deletedAt",
            w.deleted_at + make_interval(days => $2) AS "erasedAt"
     FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
      AND w.deleted_at > now() - make_interval(days => $2)
     WHERE m.user_id = $1 ORDER BY w.deleted_at DESC, m.workspace_id`,
    [userId, RESTORABLE_DAYS],
  );
  return rows;
}
