import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuditService } from './audit.service.js';
import { toMemberView, type UpdateMemberBody } from './members.dto.js';
import { getRole, lockTeam, releaseChatsOf } from './members.queries.js';
import { type Action, outranks, type Role } from './role-permissions.js';
import type { TransferWorkspaceBody } from './workspaces.dto.js';

const keyOf = (workspaceId: string, userId: string) => ({ workspaceId_userId: { workspaceId, userId } });

/** Owns who is a member of a workspace, and as what. Every change happens under the workspace's lock. */
@Injectable()
export class MembersService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
    private readonly apiKeys: ApiKeysService,
  ) {}

  /** One page of the members, who joined first on top; `query` is looked for in name and e-mail. */
  async list(user: SignedIn, workspaceId: string, query: PageQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    const words = query.query && toNameFilter(query.query);
    const where: Prisma.MembershipWhereInput = {
      workspaceId,
      ...(words && { user: { OR: [{ name: words }, { email: words }] } }),
    };
    const orderBy = [{ createdAt: 'asc' as const }, { userId: 'asc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.membership.findMany({ where, include: { user: true }, orderBy, ...toSlice(query) }),
      this.prisma.membership.count({ where }),
    ]);
    return { items: rows.map(toMemberView), total, page: query.page, pageSize: query.pageSize };
  }

  /**
   * Gives a member another role; the keys they made that could do more than it are revoked. Nobody touches, or hands
   * out, a role above their own. @throws LAST_OWNER
   */
  async changeRole(user: SignedIn, workspaceId: string, userId: string, { role }: UpdateMemberBody) {
    await this.access.workspace(user, workspaceId, 'administer');
    return this.changeTeam(user, workspaceId, 'administer', async (tx, ownRole) => {
      const member = await getRole(tx, workspaceId, userId);
      if (!outranks(ownRole, member) || !outranks(ownRole, role)) throw new AppError('FORBIDDEN');
      if (role !== 'OWNER') await assertNotLastOwner(tx, workspaceId, member);
      const include = { user: true } as const;
      const changed = await tx.membership.update({ where: keyOf(workspaceId, userId), data: { role }, include });
      await this.apiKeys.revokeOf(tx, workspaceId, userId, { above: role });
      const details = { from: member, to: role };
      await this.audit.record(tx, user, { workspaceId, action: 'member.changed', subjectId: userId, details });
      return toMemberView(changed);
    });
  }

  /** Removes a member of no higher role than one's own, or oneself. @throws LAST_OWNER */
  async remove(user: SignedIn, workspaceId: string, userId: string) {
    if (userId === user.userId) return this.leave(user, workspaceId);
    await this.access.workspace(user, workspaceId, 'administer');
    return this.changeTeam(user, workspaceId, 'administer', async (tx, ownRole) => {
      const role = await getRole(tx, workspaceId, userId);
      if (!outranks(ownRole, role)) throw new AppError('FORBIDDEN');
      await this.end(tx, user, { workspaceId, userId, role, action: 'member.removed' });
      return SUCCESS;
    });
  }

  /** Everybody may go, but not the last owner. @throws LAST_OWNER */
  async leave(user: SignedIn, workspaceId: string) {
    await this.access.workspace(user, workspaceId, 'read');
    return this.changeTeam(user, workspaceId, 'read', async (tx, role) => {
      await this.end(tx, user, { workspaceId, userId: user.userId, role, action: 'member.left' });
      return SUCCESS;
    });
  }

  /** Makes another member the owner in the caller's place, who stays as an admin. */
  async transfer(user: SignedIn, workspaceId: string, { userId }: TransferWorkspaceBody) {
    await this.access.workspace(user, workspaceId, 'own');
    if (userId === user.userId) throw refuseSelf();
    return this.changeTeam(user, workspaceId, 'own', async (tx) => {
      await getRole(tx, workspaceId, userId);
      await tx.membership.update({ where: keyOf(workspaceId, userId), data: { role: 'OWNER' } });
      await tx.membership.update({ where: keyOf(workspaceId, user.userId), data: { role: 'ADMIN' } });
      await this.audit.record(tx, user, { workspaceId, action: 'workspace.transferred', subjectId: userId });
      return SUCCESS;
    });
  }

  /** Does `work` under the workspace's lock, with the role the caller has then. */
  private changeTeam<T>(
    user: SignedIn,
    workspaceId: string,
    action: Action,
    work: (tx: Tx, ownRole: Role) => Promise<T>,
  ): Promise<T> {
    return this.prisma.$transaction(async (tx) => work(tx, await lockTeam(tx, user, workspaceId, action)));
  }

  /** Ends a membership and what hung on it: the keys this person made, the chats in their hands, transfers to them. */
  private async end(
    tx: Tx,
    actor: SignedIn,
    member: { workspaceId: string; userId: string; role: Role; action: string },
  ) {
    const { workspaceId, userId, role, action } = member;
    await assertNotLastOwner(tx, workspaceId, role);
    await tx.membership.delete({ where: keyOf(workspaceId, userId) });
    await this.apiKeys.revokeOf(tx, workspaceId, userId);
    await releaseChatsOf(tx, workspaceId, userId);
    await this.audit.record(tx, actor, { workspaceId, action, subjectId: userId, details: { role } });
    await announceConfigChange(tx, workspaceId);
  }
}

async function assertNotLastOwner(tx: Tx, workspaceId: string, role: Role): Promise<void> {
  if (role !== 'OWNER') return;
  if ((await tx.membership.count({ where: { workspaceId, role: 'OWNER' } })) > 1) return;
  throw new AppError('LAST_OWNER', 'Transfer the workspace to another member first, or delete it');
}

const refuseSelf = () =>
  new AppError('VALIDATION_FAILED', undefined, {
    errors: [{ path: 'userId', message: 'must be another member: you own this workspace already' }],
  });
