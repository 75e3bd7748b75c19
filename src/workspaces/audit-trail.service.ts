import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import { toSlice } from '../common/pagination.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { type AuditEventsQuery, toAuditEventView } from './audit.dto.js';

/** Shows what `AuditService` kept. */
@Injectable()
export class AuditTrailService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
  ) {}

  /** One page of what was changed, newest first. */
  async list(user: SignedIn, workspaceId: string, query: AuditEventsQuery) {
    await this.access.workspace(user, workspaceId, 'administer');
    const where = { workspaceId, action: query.action };
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.auditEvent.findMany({ where, orderBy, ...toSlice(query) }),
      this.prisma.auditEvent.count({ where }),
    ]);
    const ids = [...new Set(rows.flatMap((row) => row.userId ?? []))];
    const users = await this.prisma.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
    const names = new Map(users.map((u) => [u.id, u.name]));
    const items = rows.map((row) => toAuditEventView(row, names));
    return { items, total, page: query.page, pageSize: query.pageSize };
  }
}
