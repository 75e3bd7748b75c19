import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { emptyToNull, SUCCESS } from '../common/fields.js';
import { toNameFilter, toSlice } from '../common/pagination.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import {
  type CreateTrainingBody,
  type TrainingsQuery,
  toTrainingData,
  toTrainingView,
  type UpdateTrainingBody,
} from './trainings.dto.js';

interface TrainingKey {
  readonly workspaceId: string;
  readonly trainingId: string;
}

const keyOf = ({ workspaceId, trainingId: id }: TrainingKey) => ({ workspaceId_id: { workspaceId, id } });
const SEARCHED = ['text', 'website', 'video', 'documentUrl', 'documentName'] as const;

/** Owns what agents are taught: as it was given, and whether it counts. */
@Injectable()
export class TrainingsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** One page of the agent's trainings, oldest first. */
  async list(user: SignedIn, agentId: string, { type, query, ...page }: TrainingsQuery) {
    const { workspaceId } = await this.access.agent(user, agentId, 'read');
    const where: Prisma.TrainingWhereInput = {
      workspaceId,
      agentId,
      type,
      ...(query && { OR: SEARCHED.map((field) => ({ [field]: toNameFilter(query) })) }),
    };
    const [rows, total] = await Promise.all([
      this.prisma.training.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], ...toSlice(page) }),
      this.prisma.training.count({ where }),
    ]);
    return { items: rows.map(toTrainingView), total, ...page };
  }

  async get(user: SignedIn, trainingId: string) {
    const key = await this.access.training(user, trainingId, 'read');
    return toTrainingView(await this.prisma.training.findUniqueOrThrow({ where: keyOf(key) }));
  }

  /** A training to be learned. */
  async create(user: SignedIn, agentId: string, body: CreateTrainingBody) {
    const { workspaceId } = await this.access.agent(user, agentId, 'configure');
    const training = await this.prisma.$transaction(async (tx) => {
      const created = await tx.training.create({ data: { ...toTrainingData(body), workspaceId, agentId } });
      const details = { agentId, type: created.type };
      await this.conclude(tx, user, { workspaceId, action: 'training.created', subjectId: created.id, details });
      return created;
    });
    // Our own face shows what was made, the published one that it was.
    return { ...toTrainingView(training), ...SUCCESS };
  }

  /** Changes a text, which is then learned anew. @throws CONFLICT for any other training, VALIDATION_FAILED for another type */
  async update(user: SignedIn, trainingId: string, body: UpdateTrainingBody) {
    const key = await this.access.training(user, trainingId, 'configure');
    const { workspaceId } = key;
    const training = await this.prisma.$transaction(async (tx) => {
      const before = await tx.training.findUniqueOrThrow({ where: keyOf(key) });
      if (before.type !== 'TEXT') {
        throw new AppError('CONFLICT', 'Only texts can be changed: delete this training and add it anew');
      }
      if (body.type && body.type !== 'TEXT') throw refuseType();
      const data = { text: body.text, image: emptyToNull(body.image), callbackUrl: emptyToNull(body.callbackUrl) };
      const fields = changedFields(before, data);
      if (fields.length === 0) return before;
      const status = fields.some((field) => field !== 'callbackUrl') ? 'PENDING' : undefined;
      const updated = await tx.training.update({ where: keyOf(key), data: { ...data, status } });
      const details = { fields };
      await this.conclude(tx, user, { workspaceId, action: 'training.updated', subjectId: trainingId, details });
      return updated;
    });
    return { ...toTrainingView(training), ...SUCCESS };
  }

  /** What is disabled is kept and not told. */
  async setEnabled(user: SignedIn, trainingId: string, isEnabled: boolean) {
    const key = await this.access.training(user, trainingId, 'configure');
    const { workspaceId } = key;
    await this.prisma.$transaction(async (tx) => {
      const where = { workspaceId, id: trainingId, isEnabled: !isEnabled };
      const { count } = await tx.training.updateMany({ where, data: { isEnabled } });
      if (count === 0) return;
      const details = { fields: ['isEnabled'] };
      await this.conclude(tx, user, { workspaceId, action: 'training.updated', subjectId: trainingId, details });
    });
    return SUCCESS;
  }

  async remove(user: SignedIn, trainingId: string) {
    const key = await this.access.training(user, trainingId, 'configure');
    const { workspaceId } = key;
    await this.prisma.$transaction(async (tx) => {
      const { agentId, type } = await tx.training.delete({ where: keyOf(key) });
      const details = { agentId, type };
      await this.conclude(tx, user, { workspaceId, action: 'training.deleted', subjectId: trainingId, details });
    });
    return SUCCESS;
  }

  private async conclude(tx: Tx, user: SignedIn, event: Parameters<AuditService['record']>[2]) {
    await this.audit.record(tx, user, event);
    await announceConfigChange(tx, event.workspaceId);
  }
}

const refuseType = () =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'type', message: 'cannot be changed' }] });
