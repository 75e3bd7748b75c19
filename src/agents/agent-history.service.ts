import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import {
  type BehaviorHistoryQuery,
  type CreditsSpentQuery,
  toBehaviorVersionView,
  toCreditsSpentView,
} from './agent-history.dto.js';
import { findBehaviorVersions, sumCreditsSpent } from './agent-history.queries.js';
import { checkCalendarSpan } from './check-calendar-span.js';

/** Tells what an agent was and what it cost; writes nothing. */
@Injectable()
export class AgentHistoryService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** One page of the behaviours the agent had, newest first; pages count from 0. */
  async behaviors(user: SignedIn, agentId: string, { page, pageSize }: BehaviorHistoryQuery) {
    const { workspaceId } = await this.access.agent(user, agentId, 'read');
    const [rows, total] = await Promise.all([
      findBehaviorVersions(this.pool, { workspaceId, agentId }, { skip: page * pageSize, take: pageSize }),
      this.prisma.behaviorVersion.count({ where: { workspaceId, agentId } }),
    ]);
    return { items: rows.map(toBehaviorVersionView), total, page, pageSize };
  }

  /** Credits by day and model, in the agent's time zone. @throws VALIDATION_FAILED for what the calendar does not have */
  async creditsSpent(user: SignedIn, agentId: string, span: CreditsSpentQuery) {
    const key = await this.access.agent(user, agentId, 'read');
    const errors = checkCalendarSpan(span);
    if (errors.length > 0) throw new AppError('VALIDATION_FAILED', undefined, { errors });
    return toCreditsSpentView(await sumCreditsSpent(this.pool, key, span));
  }
}
