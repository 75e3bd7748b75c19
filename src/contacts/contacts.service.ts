import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { AppError, type FieldProblem } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import type { PageQuery } from '../common/pagination.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import {
  type CreateContactBody,
  type GivenValues,
  toContactData,
  toContactView,
  type UpdateContactBody,
} from './contacts.dto.js';
import { findContact, listContacts, lockFieldTypes, writeFieldValues } from './contacts.queries.js';
import { listPhoneAliases } from './list-phone-aliases.js';
import { readFieldValue } from './read-field-value.js';

interface ContactKey {
  readonly workspaceId: string;
  readonly contactId: string;
}

const keyOf = ({ workspaceId, contactId: id }: ContactKey) => ({ workspaceId_id: { workspaceId, id } });

/** Owns contacts, the addresses they write from, and what the business keeps about them. */
@Injectable()
export class ContactsService {
  constructor(
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** One page of contacts, oldest first; `query` is looked for in names and phones. */
  async list(user: SignedIn, workspaceId: string, query: PageQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    const { rows, total } = await listContacts(this.pool, workspaceId, query);
    return { items: rows.map(toContactView), total, page: query.page, pageSize: query.pageSize };
  }

  /** @throws NOT_FOUND also for a contact of another workspace of the caller */
  async get(user: SignedIn, workspaceId: string, contactId: string) {
    await this.access.workspace(user, workspaceId, 'read');
    return this.view({ workspaceId, contactId });
  }

  /** A contact nobody has written as yet; who writes from this phone later is found to be them. @throws CONFLICT */
  async create(user: SignedIn, workspaceId: string, body: CreateContactBody) {
    await this.access.workspace(user, workspaceId, 'chat');
    const key = { workspaceId, contactId: uuid7() };
    const data = toContactData(body, null);
    await this.prisma.$transaction(async (tx) => {
      await tx.contact.create({ data: { ...data, workspaceId, id: key.contactId } });
      if (data.phone) await addPhone(tx, key, data.phone);
      await keepValues(tx, key, body.customFieldValues ?? []);
    });
    return this.view(key);
  }

  /** Changes the given fields and custom values; a value of null is removed. @throws CONFLICT where the phone is another's */
  async update(user: SignedIn, id: string, body: UpdateContactBody) {
    const key = await this.access.contact(user, id, 'chat');
    await this.prisma.$transaction(async (tx) => {
      const { phone } = await tx.contact.findUniqueOrThrow({ where: keyOf(key) });
      const data = toContactData(body, phone);
      await tx.contact.update({ where: keyOf(key), data });
      if (data.phone && data.phone !== phone) await addPhone(tx, key, data.phone);
      await keepValues(tx, key, body.customFieldValues ?? []);
    });
    return this.view(key);
  }

  /** Deletes the contact with everything said with them: chats, messages, interactions. */
  async remove(user: SignedIn, id: string) {
    const key = await this.access.contact(user, id, 'configure');
    await this.prisma.$transaction(async (tx) => {
      const { workspaceId, contactId } = key;
      const chats = await tx.chat.count({ where: { workspaceId, contactId } });
      await tx.contact.delete({ where: keyOf(key) });
      const deleted = { workspaceId, action: 'contact.deleted', subjectId: contactId, details: { chats } };
      await this.audit.record(tx, user, deleted);
    });
    return SUCCESS;
  }

  private async view({ workspaceId, contactId }: ContactKey) {
    const row = await findContact(this.pool, workspaceId, contactId);
    if (!row) throw new AppError('NOT_FOUND');
    return toContactView(row);
  }
}

/** Makes the phone theirs on every number the workspace has, as if they had written there. @throws CONFLICT */
async function addPhone(tx: Tx, { workspaceId, contactId }: ContactKey, phone: string): Promise<void> {
  const channels = await tx.channel.findMany({ where: { workspaceId, type: 'WHATSAPP' }, select: { id: true } });
  const aliases = listPhoneAliases(phone);
  const data = channels.flatMap(({ id: channelId }) =>
    aliases.map((alias) => ({ workspaceId, channelId, alias, contactId })),
  );
  await tx.contactAlias.createMany({ data, skipDuplicates: true });
  const theirs = await tx.contactAlias.count({ where: { workspaceId, contactId, alias: { in: aliases } } });
  if (theirs < data.length) throw new AppError('CONFLICT', 'A contact with this phone exists already; change that one');
}

/** @throws VALIDATION_FAILED naming each value that has no field, or does not fit its type */
async function keepValues(tx: Tx, { workspaceId, contactId }: ContactKey, given: GivenValues): Promise<void> {
  if (given.length === 0) return;
  const ids = [...new Set(given.map((one) => one.customFieldId))];
  const types = await lockFieldTypes(tx, workspaceId, ids);
  const kept = new Map<string, string | number | boolean>();
  const removed = new Set<string>();
  const errors: FieldProblem[] = [];
  for (const [n, { customFieldId, value }] of given.entries()) {
    const path = `customFieldValues.${n}`;
    const type = types.get(customFieldId);
    const read = type ? readFieldValue(type, value) : undefined;
    kept.delete(customFieldId);
    removed.delete(customFieldId);
    if (!read) errors.push({ path: `${path}.customFieldId`, message: 'is not a field of this workspace, or archived' });
    else if ('problem' in read) errors.push({ path: `${path}.value`, message: read.problem });
    else if (read.value === null) removed.add(customFieldId);
    else kept.set(customFieldId, read.value);
  }
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', undefined, { errors });
  await tx.customFieldValue.deleteMany({ where: { workspaceId, contactId, customFieldId: { in: [...removed] } } });
  await writeFieldValues(tx, { workspaceId, contactId }, kept);
}
