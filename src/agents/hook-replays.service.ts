import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { toSlice } from '../common/pagination.js';
import { HOOK, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { type HookDeliveriesQuery, toHookDeliveryView } from './hook-deliveries.dto.js';
import { replayDelivery } from './hook-deliveries.queries.js';

/** Shows people what was posted to their addresses, and posts it again where they ask for it. */
@Injectable()
export class HookReplaysService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly wakeups: WakeupsService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** One page, the newest first. */
  async list(user: SignedIn, workspaceId: string, query: HookDeliveriesQuery) {
    await this.access.workspace(user, workspaceId, 'configure');
    const where = { workspaceId, state: query.state, event: query.event };
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.hookDelivery.findMany({ where, orderBy, ...toSlice(query) }),
      this.prisma.hookDelivery.count({ where }),
    ]);
    return { items: rows.map(toHookDeliveryView), total, page: query.page, pageSize: query.pageSize };
  }

  /** Posts a finished delivery again, under the same id. @throws NOT_FOUND; CONFLICT while it is still on its way */
  async replay(user: SignedIn, workspaceId: string, id: string): Promise<typeof SUCCESS> {
    await this.access.workspace(user, workspaceId, 'configure');
    if (!(await replayDelivery(this.pool, workspaceId, id))) {
      const isThere = (await this.prisma.hookDelivery.count({ where: { workspaceId, id } })) > 0;
      throw isThere ? new AppError('CONFLICT', 'This delivery is still on its way.') : new AppError('NOT_FOUND');
    }
    this.wakeups.announce(HOOK, '');
    return SUCCESS;
  }
}
