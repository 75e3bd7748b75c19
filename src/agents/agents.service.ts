import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { type CreateAgentBody, toAgentData, toAgentView, type UpdateAgentBody } from './agents.dto.js';
import { type AgentKey, lockAgent } from './agents.queries.js';
import { createApiChannel, deleteApiChannel } from './api-channel.queries.js';

const keyOf = ({ workspaceId, agentId: id }: AgentKey) => ({ workspaceId_id: { workspaceId, id } });

/** Owns agents and what their behaviour was. Every change is announced, so that no process answers with an old persona. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** A new agent, whole: with its settings, hooks, idle plan, first behaviour and built-in API channel. */
  async create(user: SignedIn, workspaceId: string, body: CreateAgentBody) {
    await this.access.workspace(user, workspaceId, 'configure');
    const data = { ...toAgentData(body), name: body.name, workspaceId };
    const agent = await this.prisma.$transaction(async (tx) => {
      const created = await tx.agent.create({ data });
      const { id: agentId, behavior: behaviorText } = created;
      const owner = { workspaceId, agentId };
      await tx.agentSettings.create({ data: owner });
      await tx.agentHooks.create({ data: owner });
      await tx.idlePlan.create({ data: owner });
      if (behaviorText) await tx.behaviorVersion.create({ data: { ...owner, userId: user.userId, behaviorText } });
      await createApiChannel(tx, created);
      await this.audit.record(tx, user, { workspaceId, action: 'agent.created', subjectId: agentId });
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
    const key = await this.access.agent(user, agentId, 'configure');
    return toAgentView(await this.change(user, key, toAgentData(body)));
  }

  /** An inactive agent is silent; nothing of it is lost. */
  async setActive(user: SignedIn, agentId: string, isActive: boolean) {
    const key = await this.access.agent(user, agentId, 'configure');
    await this.change(user, key, { isActive });
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
      const { name } = await tx.agent.delete({ where: keyOf(key) });
      await this.audit.record(tx, user, {
        workspaceId,
        action: 'agent.deleted',
        subjectId: agentId,
        details: { name },
      });
      await announceConfigChange(tx, workspaceId);
    });
    return SUCCESS;
  }

  private change(user: SignedIn, key: AgentKey, data: Prisma.AgentUpdateInput) {
    return this.prisma.$transaction(async (tx) => {
      const { workspaceId, agentId } = key;
      await lockAgent(tx, key);
      const before = await tx.agent.findUniqueOrThrow({ where: keyOf(key) });
      const fields = changedFields(before, data);
      if (fields.length === 0) return before;
      const agent = await tx.agent.update({ where: keyOf(key), data: { ...data, version: { increment: 1 } } });
      if (fields.includes('behavior')) {
        const behaviorText = agent.behavior;
        await tx.behaviorVersion.create({ data: { workspaceId, agentId, userId: user.userId, behaviorText } });
      }
      const details = { fields };
      await this.audit.record(tx, user, { workspaceId, action: 'agent.updated', subjectId: agentId, details });
      await announceConfigChange(tx, workspaceId);
      return agent;
    });
  }
}
