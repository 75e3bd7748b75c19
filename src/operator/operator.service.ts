import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import type { PageQuery } from '../common/pagination.js';
import { ModelsService } from '../models/models.service.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { UsersService } from '../users/users.service.js';
import { CreditsService } from '../workspaces/credits.service.js';
import { WorkspacesService } from '../workspaces/workspaces.service.js';
import { type GrantCreditsBody, type SaveModelBody, toModel, toModelView } from './operator.dto.js';
import { OperatorAccessService } from './operator-access.service.js';

/** What operators do. The tables belong to their own modules; this asks who is there. */
@Injectable()
export class OperatorService {
  constructor(
    private readonly access: OperatorAccessService,
    private readonly workspaces: WorkspacesService,
    private readonly credits: CreditsService,
    private readonly models: ModelsService,
    private readonly users: UsersService,
    private readonly prisma: PrismaService,
  ) {}

  async listWorkspaces(user: SignedIn, query: PageQuery) {
    await this.access.require(user);
    return this.workspaces.listAll(query);
  }

  async grant(user: SignedIn, workspaceId: string, body: GrantCreditsBody, entryId?: string) {
    await this.access.require(user);
    return this.credits.grant(user, workspaceId, body, entryId);
  }

  async setSuspended(user: SignedIn, workspaceId: string, isSuspended: boolean) {
    await this.access.require(user);
    return this.workspaces.setSuspended(user, workspaceId, isSuspended);
  }

  async listModels(user: SignedIn) {
    await this.access.require(user);
    return (await this.models.list()).map(toModelView);
  }

  async saveModel(user: SignedIn, name: string, body: SaveModelBody) {
    await this.access.require(user);
    const model = toModel(name, body);
    const view = toModelView(model);
    await this.prisma.$transaction(async (tx) => {
      await this.models.save(tx, model);
      await this.users.record(tx, user.userId, { action: 'model.saved', details: view });
    });
    this.models.announceEdit();
    return view;
  }

  async removeModel(user: SignedIn, name: string) {
    await this.access.require(user);
    await this.prisma.$transaction(async (tx) => {
      await this.models.remove(tx, name);
      await this.users.record(tx, user.userId, { action: 'model.removed', details: { name } });
    });
    this.models.announceEdit();
    return SUCCESS;
  }
}
