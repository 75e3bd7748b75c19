import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import type { KnockingChannel } from './evolution-door.service.js';
import { InboundService } from './inbound.service.js';
import { type ListQuarantineQuery, toQuarantineView } from './quarantine.dto.js';
import { listQuarantine } from './quarantine.queries.js';

/** The bodies that could not be read: people see why, and try again after a new version. */
@Injectable()
export class QuarantineService {
  constructor(
    private readonly access: AccessService,
    private readonly inbound: InboundService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** One page, newest first. What customers wrote is in there, so it is for who runs the workspace. */
  async list(user: SignedIn, workspaceId: string, query: ListQuarantineQuery) {
    await this.access.workspace(user, workspaceId, 'configure');
    const { rows, total } = await listQuarantine(this.pool, workspaceId, query);
    return { items: rows.map(toQuarantineView), total, page: query.page, pageSize: query.pageSize };
  }

  /**
   * Takes the body in as if the gateway had sent it now; what of it was kept already is not kept twice.
   * @throws CONFLICT while it still cannot be read, and then it stays
   */
  async replay(user: SignedIn, workspaceId: string, id: string) {
    await this.access.workspace(user, workspaceId, 'configure');
    const row = await this.prisma.webhookQuarantine.findUnique({ where: { workspaceId_id: { workspaceId, id } } });
    if (!row) throw new AppError('NOT_FOUND');
    const channel = await this.channelOf(workspaceId, row.channelId);
    await this.inbound.replay(channel, readBody(row.body));
    await this.prisma.webhookQuarantine.deleteMany({ where: { workspaceId, id } });
    return SUCCESS;
  }

  private async channelOf(workspaceId: string, channelId: string): Promise<KnockingChannel> {
    const where = { workspaceId_id: { workspaceId, id: channelId } };
    const channel = await this.prisma.channel.findUnique({ where });
    if (!channel?.instanceName) throw new AppError('CONFLICT', 'The channel this came to is gone');
    return { workspaceId, channelId, instanceName: channel.instanceName };
  }
}

function readBody(stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch (error) {
    throw new AppError('CONFLICT', 'Only the beginning of this body was kept: it cannot be taken in', { cause: error });
  }
}
