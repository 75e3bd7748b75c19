import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { toNameFilter, toSlice } from '../common/pagination.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import {
  type CreateCustomFieldBody,
  type ListCustomFieldsQuery,
  toCustomFieldView,
  type UpdateCustomFieldBody,
} from './custom-fields.dto.js';
import { toJsonName } from './name-field.js';

/** Owns the fields a business adds to its contacts. */
@Injectable()
export class CustomFieldsService {
  constructor(
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly prisma: PrismaService,
  ) {}

  /** One page of fields, oldest first; archived ones too, unless the query chooses. */
  async list(user: SignedIn, workspaceId: string, query: ListCustomFieldsQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    const where: Prisma.CustomFieldWhereInput = {
      workspaceId,
      ...(query.archived && { isArchived: query.archived === 'true' }),
      ...(query.query && { name: toNameFilter(query.query) }),
    };
    const [rows, total] = await Promise.all([
      this.prisma.customField.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], ...toSlice(query) }),
      this.prisma.customField.count({ where }),
    ]);
    return { items: rows.map(toCustomFieldView), total, page: query.page, pageSize: query.pageSize };
  }

  /** @throws CONFLICT when another field has this name for programs */
  async create(user: SignedIn, workspaceId: string, body: CreateCustomFieldBody) {
    await this.access.workspace(user, workspaceId, 'configure');
    const { name, type, description, archived: isArchived, jsonName = toJsonName(name) } = body;
    const field = await refuseTakenName(
      this.prisma.$transaction(async (tx) => {
        const made = await tx.customField.create({
          data: { workspaceId, name, jsonName, type, description, isArchived },
        });
        const details = { jsonName, type };
        await this.audit.record(tx, user, { workspaceId, action: 'custom_field.created', subjectId: made.id, details });
        return made;
      }),
    );
    return toCustomFieldView(field);
  }

  /** Changes the given fields. @throws CONFLICT for a taken name, or a new type once contacts have values of the old */
  async update(user: SignedIn, id: string, body: UpdateCustomFieldBody) {
    const { workspaceId, customFieldId } = await this.access.customField(user, id, 'configure');
    const { name, jsonName, description, type, archived: isArchived } = body;
    const where = { workspaceId_id: { workspaceId, id: customFieldId } };
    await refuseTakenName(
      this.prisma.$transaction(async (tx) => {
        const before = await tx.customField.findUniqueOrThrow({ where });
        // The write comes first: it waits for whoever is writing a value, and the count then sees that value.
        await tx.customField.update({ where, data: { name, jsonName, description, type, isArchived } });
        const isNewType = type !== undefined && type !== before.type;
        if (isNewType && (await tx.customFieldValue.count({ where: { workspaceId, customFieldId } })) > 0)
          throw new AppError(
            'CONFLICT',
            'Contacts have values in this field: archive it and create one of the new type',
          );
        const details = changesOf({ name, jsonName, description, type, isArchived });
        const change = { workspaceId, action: 'custom_field.updated', subjectId: customFieldId, details };
        await this.audit.record(tx, user, change);
      }),
    );
    return SUCCESS;
  }

  /** An archived field takes no values and shows none; nothing of it is lost. */
  async setArchived(user: SignedIn, id: string, isArchived: boolean) {
    const { workspaceId, customFieldId } = await this.access.customField(user, id, 'configure');
    await this.prisma.$transaction(async (tx) => {
      const where = { workspaceId_id: { workspaceId, id: customFieldId } };
      await tx.customField.update({ where, data: { isArchived } });
      const action = isArchived ? 'custom_field.archived' : 'custom_field.restored';
      await this.audit.record(tx, user, { workspaceId, action, subjectId: customFieldId });
    });
    return SUCCESS;
  }
}

const changesOf = (given: Record<string, string | boolean | undefined>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Prisma.InputJsonObject;

/** The unique key decides, not a look-up before: two requests may come at once. */
async function refuseTakenName<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'P2002') throw error;
    throw new AppError('CONFLICT', 'Another field of this workspace has this jsonName; choose another', {
      cause: error,
    });
  });
}
