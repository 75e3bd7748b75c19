import type { Tx } from '../prisma/prisma.service.js';
import type { Role } from './role-permissions.js';

/** SHA-256 of an invitation's token, and the address it has to be for. */
interface TokenOf {
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly email: string;
}

/**
 * Whether this token invites exactly this address, now.
 * All tenants: whoever holds an invitation does not know its workspace; the token's hash is unique.
 */
export async function isInvited(db: Tx, { tokenHash, email }: TokenOf): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM invitations i JOIN workspaces w ON w.id = i.workspace_id AND w.deleted_at IS NULL
    WHERE i.token_hash = ${tokenHash} AND i.email = ${email} AND i.accepted_at IS NULL AND i.expires_at > now()`;
  return rows.length > 0;
}

/**
 * Uses an invitation up and makes this person a member; who is one already keeps their role. Undefined when there is no
 * open invitation of this token for this address: unknown, used, expired and somebody else's look the same. Of two who
 * come at once, the second waits for the first one's row and finds it used.
 * All tenants: whoever holds an invitation does not know its workspace; the token's hash is unique.
 */
export async function acceptInvitation(
  tx: Tx,
  { tokenHash, userId, email }: TokenOf & { readonly userId: string },
): Promise<{ workspaceId: string; role: Role } | undefined> {
  const [joined] = await tx.$queryRaw<{ workspaceId: string; role: Role }[]>`
    WITH accepted AS (
      UPDATE invitations i SET accepted_at = now()
      FROM workspaces w
      WHERE w.id = i.workspace_id AND w.deleted_at IS NULL
        AND i.token_hash = ${tokenHash} AND i.email = ${email} AND i.accepted_at IS NULL AND i.expires_at > now()
      RETURNING i.workspace_id, i.role
    )
    INSERT INTO memberships AS m (workspace_id, user_id, role)
    SELECT workspace_id, ${userId}::uuid, role FROM accepted
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = m.role
    RETURNING m.workspace_id AS "workspaceId", m.role`;
  return joined;
}

/** What an open invitation invites to. */
export interface InvitationPreview {
  readonly workspaceName: string;
  readonly email: string;
  readonly role: string;
}

/**
 * What this token invites to; undefined unless it is good now.
 * All tenants: whoever holds an invitation does not know its workspace; the token's hash is unique.
 */
export async function findInvitation(
  db: Tx,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<InvitationPreview | undefined> {
  const rows = await db.$queryRaw<InvitationPreview[]>`
    SELECT w.name AS "workspaceName", i.email, i.role
    FROM invitations i JOIN workspaces w ON w.id = i.workspace_id AND w.deleted_at IS NULL
    WHERE i.token_hash = ${tokenHash} AND i.accepted_at IS NULL AND i.expires_at > now()`;
  return rows[0];
}

/**
 * Notes that a person reads the mail of their address: they hold a token that went there. The row is that of `users`,
 * which stands above this module.
 */
export async function proveAddress(tx: Tx, { userId, email }: { userId: string; email: string }): Promise<void> {
  await tx.user.updateMany({
    where: { id: userId, email, emailVerifiedAt: null },
    data: { emailVerifiedAt: new Date() },
  });
}
