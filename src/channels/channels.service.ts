import { Injectable } from '@nestjs/common';
import { toDataURL } from 'qrcode';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { toNameFilter, toSlice } from '../common/pagination.js';
import { toPhoneDigits } from '../common/phone-digits.js';
import type { ConnectAnswer } from '../evolution-api/evolution-api.client.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Channel, Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { ChannelStateService, type ConnectionChange, type QrChange } from './channel-state.service.js';
import {
  type CreateChannelBody,
  type CreateWorkspaceChannelBody,
  type PairingCodeBody,
  toChannelView,
  toConfigView,
  type UpdateChannelBody,
  type UpdateConfigBody,
  type WorkspaceChannelQuery,
} from './channels.dto.js';
import { type Instance, InstancesService } from './instances.service.js';

/** WhatsApp shows a code for 45 s; one this old is not worth showing any more. */
const QR_FRESH_MS = 40_000;

interface ChannelKey {
  readonly workspaceId: string;
  readonly channelId: string;
}

const keyOf = ({ workspaceId, channelId: id }: ChannelKey) => ({ workspaceId_id: { workspaceId, id } });
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

  async get(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'read');
    return toChannelView(await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key), include: withAgent }));
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
      const channel = await tx.channel.findUniqueOrThrow({ where: keyOf(key) });
      const isMove = Boolean(agentId) && agentId !== channel.agentId;
      if (isMove) {
        assertWhatsApp(channel);
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
      return tx.channel.findUniqueOrThrow({ where: keyOf(key), include: withAgent });
    });
    return toChannelView(row);
  }

  /** Deletes the channel with its chats, and first its instance. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async remove(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { instanceName } = await this.instanceOf(key);
    await this.instances.remove(instanceName);
    await this.prisma.$transaction(async (tx) => {
      await tx.channel.deleteMany({ where: { workspaceId: key.workspaceId, id: channelId } });
      await announceConfigChange(tx, key.workspaceId);
      await this.note(tx, user, key, 'deleted');
    });
    return SUCCESS;
  }

  /** Unlinks the phone; the next QR code links one again. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async disconnect(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { instanceName } = await this.instanceOf(key);
    await this.instances.remove(instanceName);
    await this.state.applyConnection(key.workspaceId, channelId, { state: 'close', reason: null });
    await this.note(this.prisma, user, key, 'disconnected');
    return SUCCESS;
  }

  /**
   * Connects again without unlinking; where no session exists any more, a code to scan will show.
   * @throws CONFLICT for a built-in one, GATEWAY_FAILED
   */
  async reconnect(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const answer = await this.instances.reconnect(await this.instanceOf(key));
    if (answer) await this.keepAnswer(key, answer);
    await this.note(this.prisma, user, key, 'reconnected');
    return SUCCESS;
  }

  /**
   * A code to type on that phone, or that one is linked. Begins a new link: a session that is closed for the moment ends.
   * @throws CONFLICT for a built-in one, GATEWAY_FAILED, TEMPORARILY_UNAVAILABLE when the gateway has no code yet
   */
  async pairingCode(user: SignedIn, channelId: string, { phone }: PairingCodeBody) {
    const key = await this.access.channel(user, channelId, 'configure');
    const instance = await this.instanceOf(key);
    if ((await this.instances.stateOf(instance.instanceName)) === 'open') return { connected: true as const };
    const qr = await this.instances.createForPhone(instance, toPhoneDigits(phone)!);
    await this.note(this.prisma, user, key, 'pairing_begun');
    if (!qr?.pairingCode) throw noPairingCodeYet();
    await this.state.applyFreshQr(key.workspaceId, channelId, qr);
    return { ...(await drawCode(qr.code, qr.pairingCode)), pairingCode: qr.pairingCode };
  }

  /**
   * A code to scan that is not older than 40 s, or that the phone is linked.
   * @throws GATEWAY_FAILED, TEMPORARILY_UNAVAILABLE when the gateway has no code yet
   */
  async qrCode(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const channel = await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key) });
    if (channel.state === 'open') return { connected: true as const };
    return shownCode(channel) ?? this.freshCode(key);
  }

  /** Asks the gateway for a new code, whatever ours is like. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async refreshQrCode(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    await this.freshCode(key);
    return SUCCESS;
  }

  async config(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'read');
    return toConfigView(await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key) }));
  }

  /** Changes the given fields. */
  async updateConfig(user: SignedIn, channelId: string, body: UpdateConfigBody) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { id: _id, tenant: _tenant, type: _type, ...given } = body;
    const channel = await this.prisma.$transaction(async (tx) => {
      const stored = await tx.channel.findUniqueOrThrow({ where: keyOf(key) });
      const { id: _, tenant: __, type: ___, ...current } = toConfigView(stored);
      const updated = await tx.channel.update({ where: keyOf(key), data: { config: { ...current, ...given } } });
      await announceConfigChange(tx, key.workspaceId);
      await this.note(tx, user, key, 'config_changed', { fields: Object.keys(given) });
      return updated;
    });
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
    return toChannelView(await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key), include: withAgent }));
  }

  /** The row goes in any case: an instance without a channel gets 401 at our door and harms nobody. */
  private async undo({ workspaceId, id, instanceName }: Instance): Promise<void> {
    await this.instances.remove(instanceName).catch(() => undefined);
    await this.prisma.channel.deleteMany({ where: { workspaceId, id } });
  }

  private async freshCode(key: ChannelKey) {
    const answer = await this.instances.connect(await this.instanceOf(key));
    await this.keepAnswer(key, answer);
    if (answer.state === 'open') return { connected: true as const };
    if (answer.code !== null) return drawCode(answer.code, answer.pairingCode);
    // The gateway's event may have been faster than its answer.
    const shown = shownCode(await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key) }));
    if (shown) return shown;
    throw noCodeYet();
  }

  private async keepAnswer({ workspaceId, channelId }: ChannelKey, answer: ConnectAnswer): Promise<void> {
    if (answer.state === 'open') {
      await this.state.applyConnection(workspaceId, channelId, { state: 'open', reason: null });
    } else if (answer.code !== null) {
      const { code, pairingCode } = answer;
      await this.state.applyFreshQr(workspaceId, channelId, { code, pairingCode });
    }
  }

  /** Where the gateway has done something, `tx` is no transaction: it cannot be taken back with one. */
  private note(tx: Tx, user: SignedIn, key: ChannelKey, what: string, details?: Prisma.InputJsonObject): Promise<void> {
    const { workspaceId, channelId: subjectId } = key;
    return this.audit.record(tx, user, { workspaceId, action: `channel.${what}`, subjectId, details });
  }

  private async instanceOf(key: ChannelKey): Promise<Instance> {
    const channel = await this.prisma.channel.findUniqueOrThrow({ where: keyOf(key) });
    return { ...key, id: key.channelId, instanceName: assertWhatsApp(channel) };
  }
}

function assertWhatsApp(channel: Channel): string {
  if (channel.type === 'WHATSAPP' && channel.instanceName) return channel.instanceName;
  throw new AppError(
    'CONFLICT',
    'This channel is built into its agent: it has no phone and cannot be moved or deleted',
  );
}

const noCodeYet = () =>
  new AppError('TEMPORARILY_UNAVAILABLE', 'The gateway has no code yet; ask again', { retryAfterSeconds: 3 });

const noPairingCodeYet = () =>
  new AppError('TEMPORARILY_UNAVAILABLE', 'The gateway has no code yet; in a moment the QR code comes with it', {
    retryAfterSeconds: 3,
  });

const refuseAgent = (message: string) =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'agentId', message }] });

function shownCode({ qrCode, pairingCode, qrAt }: Channel) {
  const isFresh = qrAt !== null && Date.now() - qrAt.getTime() < QR_FRESH_MS;
  return isFresh && qrCode !== null ? drawCode(qrCode, pairingCode) : undefined;
}

async function drawCode(value: string, pairingCode: string | null) {
  return { value, pairingCode, png: await toDataURL(value, { margin: 2, width: 320 }) };
}
