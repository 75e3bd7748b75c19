import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import { type AccessKind, type AccessRow, findAccess, findMemberships, type MembershipRow } from './access.queries.js';
import { type Action, canDo } from './role-permissions.js';

/**
 * The one place that decides who may touch what. Every method answers the ids to put into the `where`, or throws:
 * NOT_FOUND for what is unknown or belongs to others (the same error), FORBIDDEN when the role is too low.
 */
@Injectable()
export class AccessService {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** Everything a person is a member of, with the role there. */
  memberships(userId: string): Promise<MembershipRow[]> {
    return findMemberships(this.pool, userId);
  }

  /** @throws NOT_FOUND, FORBIDDEN */
  workspace(user: SignedIn, workspaceId: string, action: Action): Promise<AccessRow> {
    return this.require('workspace', user, workspaceId, action);
  }

  /** @throws NOT_FOUND, FORBIDDEN */
  async agent(user: SignedIn, agentId: string, action: Action): Promise<AccessRow & { readonly agentId: string }> {
    return { ...(await this.require('agent', user, agentId, action)), agentId };
  }

  /** @throws NOT_FOUND, FORBIDDEN */
  async channel(
    user: SignedIn,
    channelId: string,
    action: Action,
  ): Promise<AccessRow & { readonly channelId: string }> {
    return { ...(await this.require('channel', user, channelId, action)), channelId };
  }

  /** @throws NOT_FOUND, FORBIDDEN */
  async chat(user: SignedIn, chatId: string, action: Action): Promise<AccessRow & { readonly chatId: string }> {
    return { ...(await this.require('chat', user, chatId, action)), chatId };
  }

  private async require(kind: AccessKind, user: SignedIn, id: string, action: Action): Promise<AccessRow> {
    const access = await findAccess(this.pool, kind, user.userId, id);
    if (!access) throw new AppError('NOT_FOUND');
    if (!canDo(access.role, action)) throw new AppError('FORBIDDEN');
    return access;
  }
}
