import { Injectable } from '@nestjs/common';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { SUCCESS } from '../common/fields.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { type AgentKey, lockAgent } from './agents.queries.js';
import { type IdleActionsBody, toIdleActions, toIdlePlanView } from './idle-actions.dto.js';
import { type IdleAction, mergeIdleActions, type StoredIdleAction } from './merge-idle-actions.js';

const keyOf = ({ workspaceId, agentId }: AgentKey) => ({ workspaceId_agentId: { workspaceId, agentId } });

/** Owns what an agent does when a customer falls silent. */
@Injectable()
export class IdleActionsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  async get(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'read');
    return toIdlePlanView(await this.prisma.idlePlan.findUniqueOrThrow({ where: keyOf(key) }));
  }

  /** Puts this plan in place of the one there is; every agent has one. @throws VALIDATION_FAILED for a message without words */
  async set(user: SignedIn, agentId: string, body: IdleActionsBody) {
    const key = await this.access.agent(user, agentId, 'configure');
    const actions = body.actions && toIdleActions(body.actions);
    if (actions) refuseEmpty(actions);
    const finishOnSeconds = body.finishOn === null ? null : body.finishOn?.seconds;
    return toIdlePlanView(await this.change(user, key, { actions, finishOnSeconds }));
  }

  async clear(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'configure');
    await this.change(user, key, { actions: [], finishOnSeconds: null });
    return SUCCESS;
  }

  private change(
    user: SignedIn,
    key: AgentKey,
    { actions: given, finishOnSeconds }: { actions?: IdleAction[]; finishOnSeconds?: number | null },
  ) {
    return this.prisma.$transaction(async (tx) => {
      const { workspaceId, agentId } = key;
      await lockAgent(tx, key);
      const before = await tx.idlePlan.findUniqueOrThrow({ where: keyOf(key) });
      const stored = before.actions as unknown as StoredIdleAction[];
      const actions = given && mergeIdleActions(stored, given, { now: Date.now(), newId: uuid7 });
      const fields = changedFields(before, { actions, finishOnSeconds });
      if (fields.length === 0) return before;
      const data = { actions: actions as unknown as Prisma.InputJsonArray | undefined, finishOnSeconds };
      const plan = await tx.idlePlan.update({ where: keyOf(key), data });
      const details = { fields };
      await this.audit.record(tx, user, { workspaceId, action: 'idlePlan.updated', subjectId: agentId, details });
      await announceConfigChange(tx, workspaceId);
      return plan;
    });
  }
}

function refuseEmpty(actions: readonly IdleAction[]): void {
  const errors = actions.flatMap(({ type, instructions }, n) =>
    type === 'SEND_MESSAGE' && !instructions
      ? [{ path: `actions.${n}.instructions`, message: 'must say what to write to the customer' }]
      : [],
  );
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', undefined, { errors });
}
