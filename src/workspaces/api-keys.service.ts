import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { makeApiKey } from './api-key-format.js';
import { type CreateApiKeyBody, SHOWN_OF_KEY, toApiKeyView } from './api-keys.dto.js';
import { AuditService } from './audit.service.js';
import { lockTeam } from './members.queries.js';
import { outranks, ROLES, type Role } from './role-permissions.js';

/** Owns API keys: a program's way into one workspace. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** One page of the keys, revoked ones too, the newest first; `query` is looked for in the name. */
  async list(user: SignedIn, workspaceId: string, query: PageQuery) {
    await this.access.workspace(user, workspaceId, 'administer');
    const where = { workspaceId, ...(query.query && { name: toNameFilter(query.query) }) };
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.apiKey.findMany({ where, select: SHOWN_OF_KEY, orderBy, ...toSlice(query) }),
      this.prisma.apiKey.count({ where }),
    ]);
    return { items: rows.map(toApiKeyView), total, page: query.page, pageSize: query.pageSize };
  }

  /**
   * A new key, shown whole this once. No key is an owner, so whoever administers may make any. @throws VALIDATION_FAILED
   * for one that would have expired already
   */
  async create(user: SignedIn, workspaceId: string, body: CreateApiKeyBody) {
    await this.access.workspace(user, workspaceId, 'administer');
    const { name, role } = body;
    const expiresAt = body.expiresAt ? new Date(body.expiresAt) : null;
    if (expiresAt && expiresAt <= new Date()) throw refuseExpiry();
    const { key, prefix, hash: keyHash } = makeApiKey(randomBytes(32));
    const data = { workspaceId, name, role, prefix, keyHash, createdById: user.userId, expiresAt };
    return this.prisma.$transaction(async (tx) => {
      // A removal under way revokes the keys it sees: without the lock this one could come right after and live on.
      await lockTeam(tx, user, workspaceId, 'administer');
      const row = await tx.apiKey.create({ data, select: SHOWN_OF_KEY });
      const details = { name, role };
      await this.audit.record(tx, user, { workspaceId, action: 'api_key.created', subjectId: row.id, details });
      return { ...toApiKeyView(row), key };
    });
  }

  /** Ends a key at once; one that is revoked already stays as it is. */
  async revoke(user: SignedIn, workspaceId: string, id: string) {
    await this.access.workspace(user, workspaceId, 'administer');
    await this.prisma.$transaction(async (tx) => {
      if (!(await tx.apiKey.findUnique({ where: { workspaceId_id: { workspaceId, id } } }))) {
        throw new AppError('NOT_FOUND');
      }
      const { count } = await tx.apiKey.updateMany({
        where: { workspaceId, id, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      if (count > 0) await this.audit.record(tx, user, { workspaceId, action: 'api_key.revoked', subjectId: id });
    });
    return SUCCESS;
  }

  /** Revokes the keys a member made: all of them, or those that can do more than a role. */
  async revokeOf(tx: Tx, workspaceId: string, createdById: string, { above }: { above?: Role } = {}): Promise<void> {
    const role = above && { in: ROLES.filter((other) => !outranks(above, other)) };
    await tx.apiKey.updateMany({
      where: { workspaceId, createdById, role, revokedAt: null },
      data: { revokedAt: new Date() },
    });
  }
}

const refuseExpiry = () =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'expiresAt', message: 'must be in the future' }] });
