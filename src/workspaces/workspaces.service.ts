import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { type Limit, LimitsService } from '../limits/limits.service.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { addCreditEntry } from './credits.queries.js';
import {
  type CreateWorkspaceBody,
  type DeleteWorkspaceBody,
  toDeletedView,
  toOperatedView,
  toWorkspaceView,
  type UpdateWorkspaceBody,
} from './workspaces.dto.js';
import { lockWorkspace } from './workspaces.queries.js';

/** Each begins with credits the installation pays for: enough for whoever has many shops, too few to live on. */
const NEW_WORKSPACES: Limit = { name: 'workspace', points: 20, seconds: 86_400 };

/** Owns workspaces: their names, their beginning and their end. */
@Injectable()
export class WorkspacesService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
    private readonly limits: LimitsService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /** The caller's workspaces, oldest first, with the caller's role in each. */
  async list(user: SignedIn) {
    const memberships = await this.access.memberships(user);
    return memberships.map((m) => ({ id: m.workspaceId, name: m.workspaceName, role: m.role }));
  }

  /** The caller's deleted workspaces that can still be restored, the last deleted first. */
  async listDeleted(user: SignedIn) {
    return (await this.access.deleted(user)).map(toDeletedView);
  }

  /** Creates a workspace that this user owns, with the credits every workspace begins with; answers its id. */
  async create(tx: Tx, ownerId: string, name: string): Promise<string> {
    const { id: workspaceId } = await tx.workspace.create({ data: { name } });
    await tx.membership.create({ data: { workspaceId, userId: ownerId, role: 'OWNER' } });
    await this.audit.record(tx, { userId: ownerId }, { workspaceId, action: 'workspace.created' });
    const amount = this.config.trialCredits;
    if (amount > 0) await addCreditEntry(tx, { workspaceId, amount, kind: 'GRANT', note: 'trial' });
    return workspaceId;
  }

  /** Another workspace of the caller's own. @throws TOO_MANY_REQUESTS */
  async open(user: SignedIn, { name }: CreateWorkspaceBody) {
    await this.limits.take(NEW_WORKSPACES, user.userId);
    const id = await this.prisma.$transaction((tx) => this.create(tx, user.userId, name));
    return toWorkspaceView(await this.prisma.workspace.findUniqueOrThrow({ where: { id } }), 'OWNER');
  }

  async get(user: SignedIn, id: string) {
    const { role } = await this.access.workspace(user, id, 'read');
    return toWorkspaceView(await this.prisma.workspace.findUniqueOrThrow({ where: { id } }), role);
  }

  /** Changes its name and, where it is given, its time zone. */
  async update(user: SignedIn, id: string, { name, timezone }: UpdateWorkspaceBody) {
    const { role } = await this.access.workspace(user, id, 'administer');
    return this.prisma.$transaction(async (tx) => {
      const workspace = await tx.workspace.update({ where: { id }, data: { name, timezone } });
      const details = { name, ...(timezone && { timezone }) };
      await this.audit.record(tx, user, { workspaceId: id, action: 'workspace.renamed', details });
      return toWorkspaceView(workspace, role);
    });
  }

  /** Deletes softly: from now on nobody reaches it and its agents are silent. @throws VALIDATION_FAILED for another name */
  async remove(user: SignedIn, id: string, { name }: DeleteWorkspaceBody) {
    await this.access.workspace(user, id, 'own');
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.workspace.updateMany({ where: { id, name }, data: { deletedAt: new Date() } });
      if (count === 0) throw refuseName();
      await this.audit.record(tx, user, { workspaceId: id, action: 'workspace.deleted' });
      await announceConfigChange(tx, id);
    });
    return SUCCESS;
  }

  /** Brings a deleted workspace back as it was. One that is not deleted is left as it is. */
  async restore(user: SignedIn, id: string) {
    const { role } = await this.access.restorable(user, id);
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.workspace.updateMany({
        where: { id, deletedAt: { not: null } },
        data: { deletedAt: null },
      });
      if (count > 0) await this.audit.record(tx, user, { workspaceId: id, action: 'workspace.restored' });
      await announceConfigChange(tx, id);
      return toWorkspaceView(await tx.workspace.findUniqueOrThrow({ where: { id } }), role);
    });
  }

  /** One page of all workspaces of this installation, the newest first: for operators, whose door asks who is there. */
  async listAll(query: PageQuery) {
    const where = query.query ? { name: toNameFilter(query.query) } : {};
    const include = { _count: { select: { memberships: true } } } as const;
    const [rows, total] = await Promise.all([
      // An id is a UUID of version 7: the key is in the order of creation, and serves the list.
      this.prisma.workspace.findMany({ where, include, orderBy: { id: 'desc' }, ...toSlice(query) }),
      this.prisma.workspace.count({ where }),
    ]);
    return { items: rows.map(toOperatedView), total, page: query.page, pageSize: query.pageSize };
  }

  /** Stops a workspace, or lets it go on: for operators, whose door asks who is there. @throws NOT_FOUND */
  async setSuspended(operator: SignedIn, workspaceId: string, isSuspended: boolean) {
    await this.prisma.$transaction(async (tx) => {
      await lockWorkspace(tx, workspaceId);
      const workspace = await tx.workspace.findUnique({ where: { id: workspaceId } });
      if (!workspace) throw new AppError('NOT_FOUND');
      if ((workspace.suspendedAt !== null) === isSuspended) return;
      const suspendedAt = isSuspended ? new Date() : null;
      await tx.workspace.update({ where: { id: workspaceId }, data: { suspendedAt } });
      const action = isSuspended ? 'workspace.suspended' : 'workspace.resumed';
      await this.audit.record(tx, operator, { workspaceId, action });
      await announceConfigChange(tx, workspaceId);
    });
    return SUCCESS;
  }
}

const refuseName = () =>
  new AppError('VALIDATION_FAILED', undefined, {
    errors: [{ path: 'name', message: 'must repeat the name of the workspace' }],
  });
