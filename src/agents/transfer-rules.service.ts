import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { SUCCESS } from '../common/fields.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { type AgentKey, lockAgent } from './agents.queries.js';
import { type CreateTransferRuleBody, toTransferRuleView, type UpdateTransferRuleBody } from './transfer-rules.dto.js';

/** Where a rule leads, before it is checked. */
interface Destination {
  readonly type: 'HUMAN' | 'AGENT';
  readonly userId?: string | null;
  readonly agentId?: string | null;
}

/** Owns when an agent hands a chat over, and to whom. */
@Injectable()
export class TransferRulesService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** All rules of the agent, oldest first. */
  async list(user: SignedIn, agentId: string) {
    const { workspaceId } = await this.access.agent(user, agentId, 'read');
    const rules = await this.prisma.transferRule.findMany({
      where: { workspaceId, agentId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rules.map(toTransferRuleView);
  }

  /** @throws NOT_FOUND for a person or an agent that is not of this workspace */
  async create(user: SignedIn, agentId: string, body: CreateTransferRuleBody) {
    const key = await this.access.agent(user, agentId, 'configure');
    const { workspaceId } = key;
    const { instructions, returnOnFinish } = body;
    const rule = await this.prisma.$transaction(async (tx) => {
      const destination = await this.checkDestination(tx, key, body);
      const data = { workspaceId, agentId, instructions, returnOnFinish, ...destination };
      const created = await tx.transferRule.create({ data });
      await this.conclude(tx, user, key, { action: 'transferRule.created', subjectId: created.id });
      return created;
    });
    return toTransferRuleView(rule);
  }

  /** Changes the given fields; another type clears what the old one named. @throws NOT_FOUND as `create` does */
  async update(user: SignedIn, agentId: string, ruleId: string, body: UpdateTransferRuleBody) {
    const key = await this.access.agent(user, agentId, 'configure');
    const { workspaceId } = key;
    const rule = await this.prisma.$transaction(async (tx) => {
      await lockAgent(tx, key);
      const before = await tx.transferRule.findFirst({ where: { workspaceId, agentId, id: ruleId } });
      if (!before) throw new AppError('NOT_FOUND');
      const { instructions, returnOnFinish, type = before.type as Destination['type'] } = body;
      const { userId = before.userId, agentId: target = before.targetAgentId } = body;
      const data = {
        instructions,
        returnOnFinish,
        ...(await this.checkDestination(tx, key, { type, userId, agentId: target })),
      };
      const fields = changedFields(before, data);
      if (fields.length === 0) return before;
      const where = { workspaceId_id: { workspaceId, id: ruleId } };
      const updated = await tx.transferRule.update({ where, data });
      await this.conclude(tx, user, key, { action: 'transferRule.updated', subjectId: ruleId, details: { fields } });
      return updated;
    });
    return toTransferRuleView(rule);
  }

  async remove(user: SignedIn, agentId: string, ruleId: string) {
    const key = await this.access.agent(user, agentId, 'configure');
    const { workspaceId } = key;
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.transferRule.deleteMany({ where: { workspaceId, agentId, id: ruleId } });
      if (count === 0) throw new AppError('NOT_FOUND');
      await this.conclude(tx, user, key, { action: 'transferRule.deleted', subjectId: ruleId });
    });
    return SUCCESS;
  }

  /** Every id is looked up, also one that the type makes meaningless: whether a foreign one exists is told to nobody. */
  private async checkDestination(
    tx: Tx,
    { workspaceId, agentId }: AgentKey,
    { type, userId, agentId: target }: Destination,
  ) {
    if (target) {
      if (target === agentId) throw refuseTarget('must be another agent: this one is where the chat is already');
      const found = await tx.agent.count({ where: { workspaceId, id: target } });
      if (found === 0) throw new AppError('NOT_FOUND');
    }
    if (userId && (await tx.membership.count({ where: { workspaceId, userId } })) === 0)
      throw new AppError('NOT_FOUND');
    if (type === 'HUMAN') return { type, userId: userId ?? null, targetAgentId: null };
    if (!target) throw refuseTarget('is needed: name the agent that takes over');
    return { type, userId: null, targetAgentId: target };
  }

  private async conclude(
    tx: Tx,
    user: SignedIn,
    { workspaceId }: AgentKey,
    event: { action: string; subjectId: string; details?: { fields: string[] } },
  ) {
    await this.audit.record(tx, user, { workspaceId, ...event });
    await announceConfigChange(tx, workspaceId);
  }
}

const refuseTarget = (message: string) =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'agentId', message }] });
