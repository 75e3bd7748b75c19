import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { MAX_NAME, toAgentView } from './agents.dto.js';
import { lockAgent } from './agents.queries.js';
import { createApiChannel } from './api-channel.queries.js';
import { copyConfiguration, copyIntentions, copyTrainings, copyTransferRules } from './duplicate-agent.queries.js';
import { nameCopy } from './name-copy.js';

/** Makes copies of agents: what they are and know, neither where they answer nor what they have said. */
@Injectable()
export class AgentCopiesService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** A second agent like this one, with a built-in API channel of its own and no other. */
  async duplicate(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'configure');
    const { workspaceId } = key;
    const agent = await this.prisma.$transaction(async (tx) => {
      await lockAgent(tx, key);
      const original = await tx.agent.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: agentId } } });
      const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, version: _version, ...persona } = original;
      const agents = await tx.agent.findMany({ where: { workspaceId }, select: { name: true } });
      const name = nameCopy(original.name, new Set(agents.map((other) => other.name)), MAX_NAME);
      const copy = await tx.agent.create({ data: { ...persona, name } });
      const route = { workspaceId, from: agentId, to: copy.id };
      await copyConfiguration(tx, route);
      await copyTransferRules(tx, route);
      await copyTrainings(tx, route);
      await copyIntentions(tx, route);
      const behaviorText = copy.behavior;
      const author = { workspaceId, agentId: copy.id, userId: user.userId };
      if (behaviorText) await tx.behaviorVersion.create({ data: { ...author, behaviorText } });
      await createApiChannel(tx, copy);
      const details = { copyOf: agentId };
      await this.audit.record(tx, user, { workspaceId, action: 'agent.created', subjectId: copy.id, details });
      await announceConfigChange(tx, workspaceId);
      return copy;
    });
    return toAgentView(agent);
  }
}
