import { Injectable } from '@nestjs/common';
import { v7 as uuid7 } from 'uuid';
import { lockAgent } from '../agents/agents.queries.js';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { SUCCESS } from '../common/fields.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { type Intention, Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { SecretBox } from '../secrets/secret-box.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { HEADERS_FIELD } from './header-secrets.queries.js';
import {
  type CreateIntentionBody,
  type StoredPrecondition,
  type StoredVariable,
  toIntentionData,
  toIntentionView,
  type UpdateIntentionBody,
} from './intentions.dto.js';
import { type Header, mergeHeaders } from './merge-headers.js';

/** Which intention of which agent. */
interface IntentionKey {
  readonly workspaceId: string;
  readonly agentId: string;
  readonly id: string;
}

const keyOf = ({ workspaceId, id }: Pick<IntentionKey, 'workspaceId' | 'id'>) => ({
  workspaceId_id: { workspaceId, id },
});

/** Owns the tools that customers define. The values of their headers come in and never go out again. */
@Injectable()
export class IntentionsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
    private readonly secrets: SecretBox,
  ) {}

  /** One page of the agent's intentions, oldest first; `query` is looked for in the description. */
  async list(user: SignedIn, agentId: string, { query, ...page }: PageQuery) {
    const { workspaceId } = await this.access.agent(user, agentId, 'read');
    const where = { workspaceId, agentId, ...(query && { description: toNameFilter(query) }) };
    const [rows, total] = await Promise.all([
      this.prisma.intention.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], ...toSlice(page) }),
      this.prisma.intention.count({ where }),
    ]);
    return { items: await this.show(workspaceId, rows), total, ...page };
  }

  async get(user: SignedIn, id: string) {
    const { workspaceId } = await this.access.intention(user, id, 'read');
    const row = await this.prisma.intention.findUniqueOrThrow({ where: keyOf({ workspaceId, id }) });
    return (await this.show(workspaceId, [row]))[0]!;
  }

  /** @throws NOT_FOUND for a custom field or a precondition that is not there, VALIDATION_FAILED, URL_NOT_ALLOWED */
  async create(user: SignedIn, agentId: string, body: CreateIntentionBody) {
    const { workspaceId } = await this.access.agent(user, agentId, 'configure');
    const key = { workspaceId, agentId, id: uuid7() };
    const row = await this.prisma.$transaction(async (tx) => {
      await lockAgent(tx, key);
      const data = await this.prepare(tx, key, body);
      const created = await tx.intention.create({
        data: { ...data, ...key } as unknown as Prisma.IntentionUncheckedCreateInput,
      });
      await this.conclude(tx, user, key, { action: 'intention.created', details: { agentId } });
      return created;
    });
    // Our own face shows what was made, the published one that it was.
    return { ...(await this.show(workspaceId, [row]))[0]!, ...SUCCESS };
  }

  /** Changes the given fields; a masked header keeps its value. @throws as `create` does */
  async update(user: SignedIn, id: string, body: UpdateIntentionBody) {
    const { workspaceId } = await this.access.intention(user, id, 'configure');
    const row = await this.prisma.$transaction(async (tx) => {
      const { agentId } = await tx.intention.findUniqueOrThrow({ where: keyOf({ workspaceId, id }) });
      const key = { workspaceId, agentId, id };
      await lockAgent(tx, key);
      const before = await tx.intention.findUniqueOrThrow({ where: keyOf(key) });
      const data = await this.prepare(tx, key, body, before);
      const fields = changedFields({ ...before, parameters: before.parameters ?? Prisma.DbNull }, data);
      if (fields.length === 0) return before;
      const updated = await tx.intention.update({ where: keyOf(key), data: data as Prisma.IntentionUpdateInput });
      await this.conclude(tx, user, key, { action: 'intention.updated', details: { fields } });
      return updated;
    });
    return { ...(await this.show(workspaceId, [row]))[0]!, ...SUCCESS };
  }

  /** Deletes it, and what other intentions demanded of it. */
  async remove(user: SignedIn, id: string) {
    const { workspaceId } = await this.access.intention(user, id, 'configure');
    await this.prisma.$transaction(async (tx) => {
      const { agentId } = await tx.intention.findUniqueOrThrow({ where: keyOf({ workspaceId, id }) });
      const key = { workspaceId, agentId, id };
      await lockAgent(tx, key);
      await tx.intention.delete({ where: keyOf(key) });
      await this.forgetPrecondition(tx, key);
      await this.conclude(tx, user, key, { action: 'intention.deleted', details: { agentId } });
    });
    return SUCCESS;
  }

  /** The data of a change, checked against what is stored and with sealed header values. */
  private async prepare(tx: Tx, key: IntentionKey, body: UpdateIntentionBody, before?: Intention) {
    const { parameters, ...data } = toIntentionData(body);
    const { type = before?.type, url = before?.url, httpMethod = before?.httpMethod } = data;
    if (type === 'WEBHOOK') {
      if (!url) throw refuse('url', 'is needed: name the address to call');
      if (!httpMethod) throw refuse('httpMethod', 'is needed with an address');
    }
    if (data.variables) await assertCustomFields(tx, key, data.variables);
    if (data.preconditions) await assertPreconditions(tx, key, data.preconditions);
    const headers = body.headers && this.seal(key, (before?.headers ?? []) as unknown as Header[], body.headers);
    return { ...data, headers, parameters: parameters === null ? Prisma.DbNull : parameters };
  }

  private seal({ workspaceId }: IntentionKey, stored: readonly Header[], given: readonly Header[]): Header[] {
    const place = { workspaceId, field: HEADERS_FIELD };
    const { headers, problems } = mergeHeaders(stored, given, (plain) => this.secrets.seal(place, plain));
    if (problems.length > 0) throw new AppError('VALIDATION_FAILED', undefined, { errors: problems });
    return headers;
  }

  private async show(workspaceId: string, rows: readonly Intention[]) {
    const ids = rows.flatMap((row) => (row.variables as unknown as StoredVariable[]).map((v) => v.customFieldId));
    const wanted = [...new Set(ids.filter((id) => id !== null))];
    const fields = wanted.length
      ? await this.prisma.customField.findMany({ where: { workspaceId, id: { in: wanted } } })
      : [];
    const byId = new Map(fields.map((field) => [field.id, field]));
    return rows.map((row) => toIntentionView(row, byId));
  }

  private async forgetPrecondition(tx: Tx, { workspaceId, agentId, id }: IntentionKey): Promise<void> {
    const followers = await tx.intention.findMany({
      where: { workspaceId, agentId, preconditions: { array_contains: [{ intentionId: id }] } },
    });
    for (const follower of followers) {
      const left = (follower.preconditions as unknown as StoredPrecondition[]).filter((p) => p.intentionId !== id);
      await tx.intention.update({
        where: keyOf({ workspaceId, id: follower.id }),
        data: { preconditions: left as unknown as Prisma.InputJsonArray },
      });
    }
  }

  private async conclude(
    tx: Tx,
    user: SignedIn,
    { workspaceId, id: subjectId }: IntentionKey,
    event: { action: string; details: Prisma.InputJsonObject },
  ) {
    await this.audit.record(tx, user, { workspaceId, subjectId, ...event });
    await announceConfigChange(tx, workspaceId);
  }
}

async function assertCustomFields(tx: Tx, { workspaceId }: IntentionKey, variables: readonly StoredVariable[]) {
  const wanted = new Set(variables.map((variable) => variable.customFieldId).filter((id) => id !== null));
  const found = await tx.customField.count({ where: { workspaceId, id: { in: [...wanted] } } });
  if (found < wanted.size) throw new AppError('NOT_FOUND');
}

async function assertPreconditions(
  tx: Tx,
  { workspaceId, agentId, id }: IntentionKey,
  preconditions: readonly StoredPrecondition[],
) {
  const wanted = new Set(preconditions.map((precondition) => precondition.intentionId));
  if (wanted.has(id)) throw refuse('preconditions', 'must name other intentions than this one');
  const found = await tx.intention.count({ where: { workspaceId, agentId, id: { in: [...wanted] } } });
  if (found < wanted.size) throw new AppError('NOT_FOUND');
}

const refuse = (path: string, message: string) =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path, message }] });
