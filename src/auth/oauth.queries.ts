import type { Tx } from '../prisma/prisma.service.js';

/** An account as a sign-in through a provider must see it: nobody changes it before the transaction ends. */
export interface LockedAccount {
  readonly id: string;
  readonly isEmailVerified: boolean;
}

/**
 * The account with this e-mail, locked. Between reading that its address is unproven and taking it over, whoever waits
 * in it could otherwise prove another address, or link one more way in.
 * All tenants: an account belongs to a person, not to a workspace.
 */
export async function lockAccountByEmail(tx: Tx, email: string): Promise<LockedAccount | undefined> {
  const rows = await tx.$queryRaw<LockedAccount[]>`
    SELECT id, email_verified_at IS NOT NULL AS "isEmailVerified" FROM users WHERE email = ${email} FOR UPDATE`;
  return rows[0];
}

/** The workspaces a person is a member of. */
export async function findWorkspaceIds(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ workspaceId: string }[]>`
    SELECT workspace_id AS "workspaceId" FROM memberships WHERE user_id = ${userId}::uuid ORDER BY workspace_id`;
  return rows.map((row) => row.workspaceId);
}
