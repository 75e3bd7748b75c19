import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import { changedFields } from '../common/changed-fields.js';
import { SUCCESS } from '../common/fields.js';
import type { Face } from '../common/read-face.js';
import { ModelsService } from '../models/models.service.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { toSettingsData, toSettingsView, type UpdateSettingsBody } from './agents.dto.js';
import { type AgentKey, lockAgent } from './agents.queries.js';
import { toHooksData, toHooksView, type UpdateHooksBody } from './hooks.dto.js';

const keyOf = ({ workspaceId, agentId }: AgentKey) => ({ workspaceId_agentId: { workspaceId, agentId } });

/** Owns how an agent works and where it tells of it: its settings and its event hooks. */
@Injectable()
export class SettingsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly models: ModelsService,
    private readonly audit: AuditService,
  ) {}

  async settings(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'read');
    const row = await this.prisma.agentSettings.findUniqueOrThrow({ where: keyOf(key) });
    const prefferModel = row.preferredModel ?? this.models.defaultModel;
    return toSettingsView(row, { prefferModel, publishedModel: await this.models.publishedName(row.preferredModel) });
  }

  /** Changes the given settings. @throws MODEL_NOT_SERVED */
  async updateSettings(user: SignedIn, agentId: string, body: UpdateSettingsBody, face: Face) {
    const key = await this.access.agent(user, agentId, 'configure');
    const data = toSettingsData(body, face);
    data.preferredModel = await this.chosenModel(key, data.preferredModel, face);
    if (data.preferredModel) await this.models.assertServed(data.preferredModel);
    await this.prisma.$transaction(async (tx) => {
      await lockAgent(tx, key);
      const fields = changedFields(await tx.agentSettings.findUniqueOrThrow({ where: keyOf(key) }), data);
      if (fields.length === 0) return;
      const workingHours = data.workingHours === null ? Prisma.DbNull : data.workingHours;
      await tx.agentSettings.update({ where: keyOf(key), data: { ...data, workingHours } });
      await this.conclude(tx, user, key, { action: 'agentSettings.updated', fields });
    });
    return SUCCESS;
  }

  async hooks(user: SignedIn, agentId: string) {
    const key = await this.access.agent(user, agentId, 'read');
    return toHooksView(await this.prisma.agentHooks.findUniqueOrThrow({ where: keyOf(key) }));
  }

  /** Changes the given addresses. */
  async updateHooks(user: SignedIn, agentId: string, body: UpdateHooksBody) {
    const key = await this.access.agent(user, agentId, 'configure');
    const data = toHooksData(body);
    await this.prisma.$transaction(async (tx) => {
      await lockAgent(tx, key);
      const fields = changedFields(await tx.agentHooks.findUniqueOrThrow({ where: keyOf(key) }), data);
      if (fields.length === 0) return;
      await tx.agentHooks.update({ where: keyOf(key), data });
      await this.conclude(tx, user, key, { action: 'agentHooks.updated', fields });
    });
    return SUCCESS;
  }

  /**
   * The model a body really chooses. A client that sends back what it was shown has chosen nothing: neither the
   * default by its name, nor (under `/v2`) the published name that stands for a model of another name.
   */
  private async chosenModel(key: AgentKey, given: string | null | undefined, face: Face) {
    if (!given) return given;
    if (given === this.models.defaultModel) return null;
    if (face === 'own') return given;
    const { preferredModel } = await this.prisma.agentSettings.findUniqueOrThrow({ where: keyOf(key) });
    return given === (await this.models.publishedName(preferredModel)) ? undefined : given;
  }

  /** What every change ends with. Hook addresses may hold a token, so the names of the fields are all that is kept. */
  private async conclude(
    tx: Tx,
    user: SignedIn,
    key: AgentKey,
    { action, fields }: { action: string; fields: string[] },
  ) {
    const { workspaceId, agentId: id } = key;
    await tx.agent.update({ where: { workspaceId_id: { workspaceId, id } }, data: { version: { increment: 1 } } });
    await this.audit.record(tx, user, { workspaceId, action, subjectId: id, details: { fields } });
    await announceConfigChange(tx, workspaceId);
  }
}
