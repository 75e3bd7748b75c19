import { Injectable } from '@nestjs/common';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import type { Language } from '../common/language.js';
import { toNameFilter, toSlice } from '../common/pagination.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { type ChannelKey, channelKeyOf, instanceNameOf } from './channel-key.js';
import { ChannelStateService, type ConnectionChange, type QrChange } from './channel-state.service.js';
import {
  type CreateChannelBody,
  type CreateWorkspaceChannelBody,
  toChannelView,
  toChannelWithConnection,
  toConfigView,
  type UpdateChannelBody,
  type UpdateConfigBody,
  type WorkspaceChannelQuery,
} from './channels.dto.js';
import { type Instance, InstancesService } from './instances.service.js';

const withAgent = { agent: { include: { workspace: true } } } as const;

/** Owns channels: the numbers an agent answers on. */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly prisma: PrismaService,
    private readonly instances: InstancesService,
    private readonly state: ChannelStateService,
  ) {}

  /** A WhatsApp channel of this agent, with its instance at the gateway. @throws CHANNEL_TYPE_NOT_SUPPORTED, GATEWAY_FAILED */
  async createForAgent(user: SignedIn, agentId: string, body: CreateChannelBody) {
    const { workspaceId } = await this.access.agent(user, agentId, 'configure');
    return this.create(user, { workspaceId, agentId }, body);
  }

  /** The same, for the agent that is named, or else the workspace's only one. */
  async createForWorkspace(user: SignedIn, workspaceId: string, body: CreateWorkspaceChannelBody) {
    await this.access.workspace(user, workspaceId, 'configure');
    const agents = await this.prisma.agent.findMany({
      where: { workspaceId, id: body.agentId },
      select: { id: true },
      take: 2,
    });
    const [only, another] = agents;
    if (!only && body.agentId) throw new AppError('NOT_FOUND');
    if (!only) throw refuseAgent('create an agent first: a channel belongs to one');
    if (another) throw refuseAgent('name the agent this channel belongs to: the workspace has several');
    return this.create(user, { workspaceId, agentId: only.id }, body);
  }

  async get(user: SignedIn, channelId: string, language: Language) {
    const key = await this.access.channel(user, channelId, 'read');
    const row = await this.prisma.channel.findUniqueOrThrow({ where: channelKeyOf(key), include: withAgent });
    return toChannelWithConnection(row, language);
  }

  async listOfAgent(user: SignedIn, agentId: string, query: Omit<WorkspaceChannelQuery, 'agentId'>) {
    const { workspaceId } = await this.access.agent(user, agentId, 'read');
    return this.list(workspaceId, { ...query, agentId });
  }

  async listOfWorkspace(user: SignedIn, workspaceId: string, query: WorkspaceChannelQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    return this.list(workspaceId, query);
  }

  /** Changes the name, or moves the channel to another agent of the same workspace. */
  async update(user: SignedIn, channelId: string, { name, agentId }: UpdateChannelBody) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { workspaceId } = key;
    const row = await this.prisma.$transaction(async (tx) => {
      const channel = await tx.channel.findUniqueOrThrow({ where: channelKeyOf(key) });
      const isMove = Boolean(agentId) && agentId !== channel.agentId;
      if (isMove) {
        instanceNameOf(channel);
        const agent = await tx.agent.findUnique({ where: { workspaceId_id: { workspaceId, id: agentId! } } });
        if (!agent) throw new AppError('NOT_FOUND');
      }
      await tx.channel.updateMany({
        where: { workspaceId, id: channelId },
        data: { name, agentId: agentId ?? undefined },
      });
      await announceConfigChange(tx, workspaceId);
      if (isMove) await this.note(tx, user, key, 'moved', { from: channel.agentId, to: agentId! });
      if (name !== undefined && name !== channel.name) await this.note(tx, user, key, 'renamed', { name });
      return tx.channel.findUniqueOrThrow({ where: channelKeyOf(key), include: withAgent });
    });
    return toChannelView(row);
  }

  /** Deletes the channel with its chats, and first its instance. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async remove(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const channel = await this.prisma.channel.findUniqueOrThrow({ where: channelKeyOf(key) });
    await this.instances.remove(instanceNameOf(channel));
    await this.prisma.$transaction(async (tx) => {
      await tx.channel.deleteMany({ where: { workspaceId: key.workspaceId, id: channelId } });
      await announceConfigChange(tx, key.workspaceId);
      await this.note(tx, user, key, 'deleted');
    });
    return SUCCESS;
  }

  async config(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'read');
    return toConfigView(await this.prisma.channel.findUniqueOrThrow({ where: channelKeyOf(key) }));
  }

  /** Changes the given fields. */
  async updateConfig(user: SignedIn, channelId: string, body: UpdateConfigBody) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { id: _id, tenant: _tenant, type: _type, ...given } = body;
    const channel = await this.prisma.$transaction(async (tx) => {
      const stored = await tx.channel.findUniqueOrThrow({ where: channelKeyOf(key) });
      const { id: _, tenant: __, type: ___, ...current } = toConfigView(stored);
      const updated = await tx.channel.update({ where: channelKeyOf(key), data: { config: { ...current, ...given } } });
      await announceConfigChange(tx, key.workspaceId);
      await this.note(tx, user, key, 'config_changed', { fields: Object.keys(given) });
      return updated;
    });
    const { workspaceId, id, instanceName } = channel;
    if (instanceName) await this.instances.applySettings({ workspaceId, id, instanceName });
    return toConfigView(channel);
  }

  /** What an event says about a channel's link; `ConnectionCheckService` then asks the gateway how things stand. */
  applyConnection(workspaceId: string, channelId: string, change: ConnectionChange): Promise<void> {
    return this.state.applyConnection(workspaceId, channelId, change);
  }

  /** A code of an event; see `ChannelStateService`. */
  applyQr(workspaceId: string, channelId: string, change: QrChange): Promise<void> {
    return this.state.applyQr(workspaceId, channelId, change);
  }

  private async list(workspaceId: string, query: WorkspaceChannelQuery) {
    const where: Prisma.ChannelWhereInput = {
      workspaceId,
      agentId: query.agentId || undefined,
      type: query.type,
      ...(query.query && { name: toNameFilter(query.query) }),
    };
    const [rows, total] = await Promise.all([
      this.prisma.channel.findMany({
        where,
        include: withAgent,
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        ...toSlice(query),
      }),
      this.prisma.channel.count({ where }),
    ]);
    return { items: rows.map(toChannelView), total, page: query.page, pageSize: query.pageSize };
  }

  /** The row first, since the gateway's first event may come before its answer; gone again if the gateway fails. */
  private async create(
    user: SignedIn,
    owner: { workspaceId: string; agentId: string },
    { name, type }: CreateChannelBody,
  ) {
    if (type !== 'WHATSAPP') {
      throw new AppError('CHANNEL_TYPE_NOT_SUPPORTED', `${type} channels are not built yet; WHATSAPP is`);
    }
    const id = uuid7();
    const instance: Instance = { workspaceId: owner.workspaceId, id, instanceName: `tawkee-${id}` };
    await this.prisma.channel.create({ data: { ...owner, id, type, name, instanceName: instance.instanceName } });
    try {
      const qr = await this.instances.create(instance);
      await this.state.applyCreated(owner.workspaceId, id, qr);
    } catch (error) {
      await this.undo(instance);
      throw error;
    }
    const key = { workspaceId: owner.workspaceId, channelId: id };
    await this.note(this.prisma, user, key, 'created', { agentId: owner.agentId, type });
    return toChannelView(await this.prisma.channel.findUniqueOrThrow({ where: channelKeyOf(key), include: withAgent }));
  }

  /** The row goes in any case: an instance without a channel gets 401 at our door and harms nobody. */
  private async undo({ workspaceId, id, instanceName }: Instance): Promise<void> {
    await this.instances.remove(instanceName).catch(() => undefined);
    await this.prisma.channel.deleteMany({ where: { workspaceId, id } });
  }

  /** Where the gateway has done something, `tx` is no transaction: it cannot be taken back with one. */
  private note(tx: Tx, user: SignedIn, key: ChannelKey, what: string, details?: Prisma.InputJsonObject): Promise<void> {
    const { workspaceId, channelId: subjectId } = key;
    return this.audit.record(tx, user, { workspaceId, action: `channel.${what}`, subjectId, details });
  }
}

const refuseAgent = (message: string) =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'agentId', message }] });
