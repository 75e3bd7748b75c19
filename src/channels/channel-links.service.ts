import { Injectable } from '@nestjs/common';
import { toDataURL } from 'qrcode';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { normalisePhone } from '../common/normalise-phone.js';
import type { ConnectAnswer } from '../evolution-api/evolution-api.client.js';
import type { Channel } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { type ChannelKey, channelKeyOf, instanceNameOf } from './channel-key.js';
import { ChannelStateService } from './channel-state.service.js';
import type { PairingCodeBody } from './channels.dto.js';
import { type Instance, InstancesService } from './instances.service.js';

/** WhatsApp shows a code for 45 s; one this old is not worth showing any more. */
const QR_FRESH_MS = 40_000;

/** Links a channel to its phone, and takes the link away. The record follows what the gateway did: that is not undone. */
@Injectable()
export class ChannelLinksService {
  constructor(
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly prisma: PrismaService,
    private readonly instances: InstancesService,
    private readonly state: ChannelStateService,
  ) {}

  /** Unlinks the phone; the next QR code links one again. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async disconnect(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    const { instanceName } = await this.instanceOf(key);
    await this.instances.remove(instanceName);
    await this.state.applyConnection(key.workspaceId, channelId, { state: 'close', reason: null });
    await this.record(user, key, 'channel.disconnected');
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
    await this.record(user, key, 'channel.reconnected');
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
    const qr = await this.instances.createForPhone(instance, normalisePhone(phone)!);
    await this.record(user, key, 'channel.pairing_begun');
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
    const channel = await this.find(key);
    if (channel.state === 'open') return { connected: true as const };
    return shownCode(channel) ?? this.freshCode(key);
  }

  /** Asks the gateway for a new code, whatever ours is like. @throws CONFLICT for a built-in one, GATEWAY_FAILED */
  async refreshQrCode(user: SignedIn, channelId: string) {
    const key = await this.access.channel(user, channelId, 'configure');
    await this.freshCode(key);
    return SUCCESS;
  }

  private async freshCode(key: ChannelKey) {
    const answer = await this.instances.connect(await this.instanceOf(key));
    await this.keepAnswer(key, answer);
    if (answer.state === 'open') return { connected: true as const };
    if (answer.code !== null) return drawCode(answer.code, answer.pairingCode);
    // The gateway's event may have been faster than its answer.
    const shown = shownCode(await this.find(key));
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

  private async instanceOf({ workspaceId, channelId }: ChannelKey): Promise<Instance> {
    const instanceName = instanceNameOf(await this.find({ workspaceId, channelId }));
    return { workspaceId, id: channelId, instanceName };
  }

  private find(key: ChannelKey): Promise<Channel> {
    return this.prisma.channel.findUniqueOrThrow({ where: channelKeyOf(key) });
  }

  private record(user: SignedIn, { workspaceId, channelId: subjectId }: ChannelKey, action: string): Promise<void> {
    return this.audit.record(this.prisma, user, { workspaceId, action, subjectId });
  }
}

const noCodeYet = () =>
  new AppError('TEMPORARILY_UNAVAILABLE', 'The gateway has no code yet; ask again', { retryAfterSeconds: 3 });

const noPairingCodeYet = () =>
  new AppError('TEMPORARILY_UNAVAILABLE', 'The gateway has no code yet; in a moment the QR code comes with it', {
    retryAfterSeconds: 3,
  });

function shownCode({ qrCode, pairingCode, qrAt }: Channel) {
  const isFresh = qrAt !== null && Date.now() - qrAt.getTime() < QR_FRESH_MS;
  return isFresh && qrCode !== null ? drawCode(qrCode, pairingCode) : undefined;
}

async function drawCode(value: string, pairingCode: string | null) {
  return { value, pairingCode, png: await toDataURL(value, { margin: 2, width: 320 }) };
}
