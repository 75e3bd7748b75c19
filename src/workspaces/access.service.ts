import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import {
  type AccessKind,
  type AccessRow,
  type DeletedRow,
  findAccess,
  findDeleted,
  findMemberships,
  findRestorable,
  type MembershipRow,
} from './access.queries.js';
import { type Action, canDo } from './role-permissions.js';

/**
 * The one place that decides who may touch what. Every method answers the ids to put into the `where`, or throws:
 * NOT_FOUND for what is unknown or belongs to others (the same error), FORBIDDEN when the role is too low,
 * WORKSPACE_SUSPENDED for anything but reading while an operator has stopped the workspace.
 */
@Injectable()
export class AccessService {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** Everything the caller can reach, with the role there. */
  memberships(user: SignedIn): Promise<MembershipRow[]> {
    return findMemberships(this.pool, user);
  }

  /** The caller's deleted workspaces that can still be restored. */
  deleted(user: SignedIn): Promise<DeletedRow[]> {
    return findDeleted(this.pool, user.userId);
  }

  /** The one way to a deleted workspace: its owner's, to restore it. @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async restorable(user: SignedIn, workspaceId: string): Promise<AccessRow> {
    return admit(await findRestorable(this.pool, user.userId, workspaceId), 'own');
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  workspace(user: SignedIn, workspaceId: string, action: Action): Promise<AccessRow> {
    return this.require('workspace', user, workspaceId, action);
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async agent(user: SignedIn, agentId: string, action: Action): Promise<AccessRow & { readonly agentId: string }> {
    return { ...(await this.require('agent', user, agentId, action)), agentId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async channel(user: SignedIn, channelId: string, action: Action) {
    return { ...(await this.require('channel', user, channelId, action)), channelId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async chat(user: SignedIn, chatId: string, action: Action): Promise<AccessRow & { readonly chatId: string }> {
    return { ...(await this.require('chat', user, chatId, action)), chatId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async contact(user: SignedIn, contactId: string, action: Action) {
    return { ...(await this.require('contact', user, contactId, action)), contactId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async customField(user: SignedIn, customFieldId: string, action: Action) {
    return { ...(await this.require('customField', user, customFieldId, action)), customFieldId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async intention(user: SignedIn, intentionId: string, action: Action) {
    return { ...(await this.require('intention', user, intentionId, action)), intentionId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async interaction(user: SignedIn, interactionId: string, action: Action) {
    return { ...(await this.require('interaction', user, interactionId, action)), interactionId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async message(user: SignedIn, messageId: string, action: Action) {
    return { ...(await this.require('message', user, messageId, action)), messageId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async training(user: SignedIn, trainingId: string, action: Action) {
    return { ...(await this.require('training', user, trainingId, action)), trainingId };
  }

  /** @throws NOT_FOUND, FORBIDDEN, WORKSPACE_SUSPENDED */
  async turn(user: SignedIn, turnId: string, action: Action) {
    return { ...(await this.require('turn', user, turnId, action)), turnId };
  }

  private async require(kind: AccessKind, user: SignedIn, id: string, action: Action): Promise<AccessRow> {
    return admit(await findAccess(this.pool, kind, user, id), action);
  }
}

function admit(access: AccessRow | undefined, action: Action): AccessRow {
  if (!access) throw new AppError('NOT_FOUND');
  if (!canDo(access.role, action)) throw new AppError('FORBIDDEN');
  if (access.isSuspended && action !== 'read') throw new AppError('WORKSPACE_SUSPENDED');
  return access;
}
