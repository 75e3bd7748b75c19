import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { ModelsService } from '../models/models.service.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import {
  type CreateAgentBody,
  toAgentData,
  toAgentView,
  toSettingsData,
  toSettingsView,
  type UpdateAgentBody,
  type UpdateSettingsBody,
} from './agents.dto.js';
import { createApiChannel, deleteApiChannel } from './api-channel.queries.js';

interface AgentKey {
  readonly workspaceId: string;
  readonly agentId: string;
}

const keyOf = ({ workspaceId, agentId: id }: AgentKey) => ({ workspaceId_id: { workspaceId, id } });
const settingsKeyOf = ({ workspaceId, agentId }: AgentKey) => ({ workspaceId_agentId: { workspaceId, agentId } });

/** Owns agents and their settings. Every change is announced, so that no process answers with an old persona. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly models: ModelsService,
  ) {}

  /** A new agent, whole: with its settings and its built-in API channel. */
  async create(user: SignedIn, workspaceId: string, body: CreateAgentBody) {
    await this.access.workspace(user, workspaceId, 'configure');
    const data = { ...toAgentData(body), name: body.name, workspaceId };
    const agent = await this.prisma.$transaction(async (tx) => {
      const created = await tx.agent.create({ data });
      await tx.agentSettings.create({ data: { workspaceId, agentId: created.id } });
      await createApiChannel(tx, created);
      await announceConfigChange(tx, workspaceId);
      return created;
    });
    return toAgentView(agent);
  }

  /** One page of the workspace's agents, oldest first; `query` is looked for in the name. */
  async list(user: SignedIn, workspaceId: string, query: PageQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    const where: Prisma.AgentWhereInput = {
      workspaceId,
      ...(query.query && { name: toNameFilter(query.query) }),
    };
    const [agents, total] = await Promise.all([
      this.prisma.agent.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], ...toSlice(query) }),
      this.prisma.agent.count({ where }),
    ]);
    return { items: agents.map(toAgentView), total, page: query.page, pageSize: query.pageSize };
  }

  async get(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'read');
    return toAgentView(await this.prisma.agent.findUniqueOrThrow({ where: keyOf(key) }));
  }

  /** Changes the given fields. */
  async update(user: SignedIn, agentId: string, body: UpdateAgentBody) {
    return toAgentView(await this.change(await this.access.agent(user, agentId, 'configure'), toAgentData(body)));
  }

  /** An inactive agent is silent; nothing of it is lost. */
  async setActive(user: SignedIn, agentId: string, isActive: boolean) {
    await this.change(await this.access.agent(user, agentId, 'configure'), { isActive });
    return SUCCESS;
  }

  /** @throws CONFLICT while a WhatsApp number still belongs to the agent: its instance would be left without an owner */
  async remove(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'configure');
    await this.prisma.$transaction(async (tx) => {
      const { workspaceId } = key;
      if ((await tx.channel.count({ where: { workspaceId, agentId, type: { not: 'API' } } })) > 0) {
        throw new AppError('CONFLICT', 'Delete this agent’s channels first, or move them to another agent');
      }
      await deleteApiChannel(tx, key);
      await tx.agent.delete({ where: keyOf(key) });
      await announceConfigChange(tx, workspaceId);
    });
    return SUCCESS;
  }

  async settings(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'read');
    const row = await this.prisma.agentSettings.findUniqueOrThrow({ where: settingsKeyOf(key) });
    return toSettingsView(row, this.models.defaultModel);
  }

  /** Changes the given settings. @throws MODEL_NOT_SERVED */
  async updateSettings(user: SignedIn, agentId: string, body: UpdateSettingsBody) {
    const key = await this.access.agent(user, agentId, 'configure');
    const data = toSettingsData(body);
    // The default is shown by its name; a client that sends it back has not chosen it.
    if (data.preferredModel === this.models.defaultModel) data.preferredModel = null;
    if (data.preferredModel) await this.models.assertServed(data.preferredModel);
    await this.prisma.$transaction(async (tx) => {
      await tx.agentSettings.update({ where: settingsKeyOf(key), data });
      await tx.agent.update({ where: keyOf(key), data: { version: { increment: 1 } } });
      await announceConfigChange(tx, key.workspaceId);
    });
    return SUCCESS;
  }

  private change(key: AgentKey, data: Prisma.AgentUpdateInput) {
    return this.prisma.$transaction(async (tx) => {
      const agent = await tx.agent.update({ where: keyOf(key), data: { ...data, version: { increment: 1 } } });
      await announceConfigChange(tx, key.workspaceId);
      return agent;
    });
  }
}
