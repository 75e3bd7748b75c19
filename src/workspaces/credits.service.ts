import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { toSlice } from '../common/pagination.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { type CreditEntriesQuery, toCreditEntryView } from './credits.dto.js';
import { addCreditEntry } from './credits.queries.js';
import { lockWorkspace } from './workspaces.queries.js';

/** Below what the column can hold (2^31 - 1). */
const MOST_CREDITS = 2_000_000_000;

/** The balance and the ledger; `addCreditEntry` is the one way to write it. */
@Injectable()
export class CreditsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** The balance and the state of the subscription. */
  async balance(user: SignedIn, workspaceId: string) {
    await this.access.workspace(user, workspaceId, 'read');
    return this.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  }

  /** One page of the ledger, newest first. */
  async entries(user: SignedIn, workspaceId: string, query: CreditEntriesQuery) {
    await this.access.workspace(user, workspaceId, 'administer');
    const where: Prisma.CreditEntryWhereInput = {
      workspaceId,
      kind: query.kind,
      createdAt: { gte: query.from, lt: query.to },
    };
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.creditEntry.findMany({ where, orderBy, ...toSlice(query) }),
      this.prisma.creditEntry.count({ where }),
    ]);
    return { items: rows.map(toCreditEntryView), total, page: query.page, pageSize: query.pageSize };
  }

  /**
   * Grants credits (or takes some back, when negative): for operators, whose door asks who is there. Answers the balance.
   * The same `entryId` again moves nothing.
   * @throws NOT_FOUND, CONFLICT when the balance would leave 0 to 2,000,000,000
   */
  async grant(
    operator: SignedIn,
    workspaceId: string,
    { amount, note }: { amount: number; note?: string | null },
    entryId?: string,
  ) {
    return this.prisma.$transaction(async (tx) => {
      await lockWorkspace(tx, workspaceId);
      const workspace = await tx.workspace.findUnique({ where: { id: workspaceId } });
      if (!workspace) throw new AppError('NOT_FOUND');
      const isRepeated = entryId && (await tx.creditEntry.count({ where: { workspaceId, id: entryId } })) > 0;
      if (isRepeated) return workspace;
      const credits = workspace.credits + amount;
      if (credits < 0) throw new AppError('CONFLICT', 'The balance would fall below 0; take back less');
      if (credits > MOST_CREDITS) throw new AppError('CONFLICT', 'The balance would pass its limit; grant less');
      await addCreditEntry(tx, { id: entryId, workspaceId, amount, kind: 'GRANT', note: note ?? undefined });
      await this.audit.record(tx, operator, { workspaceId, action: 'credits.granted', details: { amount } });
      return { credits, status: workspace.status };
    });
  }
}
