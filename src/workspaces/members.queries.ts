import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import type { Tx } from '../prisma/prisma.service.js';
import { type Action, canDo, type Role } from './role-permissions.js';
import { lockWorkspace } from './workspaces.queries.js';

/**
 * Takes the workspace's lock and answers the role the caller has now: the one seen before may be gone by the time the
 * lock is had. @throws NOT_FOUND, FORBIDDEN
 */
export async function lockTeam(tx: Tx, user: SignedIn, workspaceId: string, action: Action): Promise<Role> {
  await lockWorkspace(tx, workspaceId);
  const role = await getRole(tx, workspaceId, user.userId);
  if (!canDo(role, action)) throw new AppError('FORBIDDEN');
  return role;
}

/** What this person is in the workspace. @throws NOT_FOUND for somebody who is no member */
export async function getRole(tx: Tx, workspaceId: string, userId: string): Promise<Role> {
  const member = await tx.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } } });
  if (!member) throw new AppError('NOT_FOUND');
  return member.role as Role;
}

/**
 * Takes the chats of somebody who leaves out of their hands: nobody in particular has them then. The rows are those of
 * `chats`, which stands above this module; the database itself does the same for transfer rules (a foreign key).
 */
export async function releaseChatsOf(tx: Tx, workspaceId: string, userId: string): Promise<void> {
  await tx.chat.updateMany({ where: { workspaceId, userId }, data: { userId: null } });
}
