import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { GatewayError } from '../evolution-api/gateway-error.js';
import { POOL } from '../prisma/database.pool.js';
import { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { type ChangeFacts, whyNotDeletable, whyNotEditable } from './judge-change.js';
import { cancelPart } from './outbox.queries.js';
import type { ChangeAnswer, EditMessageBody } from './send-message.dto.js';
import { assertConnected } from './send-message.service.js';

type Found = Prisma.MessageGetPayload<{ include: { chat: { include: { channel: true } } } }>;

/** Edits what was sent, and takes it back. The phone comes first: what it does not show, we do not claim. */
@Injectable()
export class ChangeMessageService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
    private readonly gateway: EvolutionApiClient,
  ) {}

  /** Replaces a text or caption. @throws MESSAGE_NOT_CHANGEABLE, CHANNEL_NOT_CONNECTED, GATEWAY_FAILED */
  async edit(user: SignedIn, chatId: string, messageId: string, { message: text }: EditMessageBody) {
    const message = await this.find(user, chatId, messageId);
    refuse(whyNotEditable(factsOf(message)));
    await this.atGateway(message, (instance, key) => this.gateway.updateMessage(instance, { ...key, text }));
    await this.prisma.message.updateMany({ where: whereOf(message), data: { text, editedAt: new Date() } });
    return { success: true, status: 'edited' } satisfies ChangeAnswer;
  }

  /** Takes a message back, or cancels one that waits. @throws MESSAGE_NOT_CHANGEABLE, CHANNEL_NOT_CONNECTED, GATEWAY_FAILED */
  async remove(user: SignedIn, chatId: string, messageId: string): Promise<ChangeAnswer> {
    const message = await this.find(user, chatId, messageId);
    if (message.deletedAt) return { success: true, status: 'deleted' };
    if (message.status === 'QUEUED' && (await cancelPart(this.pool, message.workspaceId, message.id)))
      return { success: true, status: 'canceled' };
    refuse(whyNotDeletable(factsOf(message)));
    await this.atGateway(message, (instance, key) => this.gateway.deleteMessageForEveryone(instance, key));
    await this.prisma.$transaction([
      this.prisma.message.updateMany({
        where: whereOf(message),
        data: { text: '', content: Prisma.DbNull, deletedAt: new Date() },
      }),
      this.prisma.outboundPart.updateMany({
        where: { workspaceId: message.workspaceId, messageId },
        data: { text: '', media: Prisma.DbNull },
      }),
    ]);
    return { success: true, status: 'deleted' };
  }

  private async find(user: SignedIn, id: string, messageId: string): Promise<Found> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    const message = await this.prisma.message.findFirst({
      where: { workspaceId, chatId, id: messageId },
      include: { chat: { include: { channel: true } } },
    });
    if (!message) throw new AppError('NOT_FOUND');
    return message;
  }

  /** Nothing to do on the API channel: its callers read from us. */
  private async atGateway(
    message: Found,
    change: (instance: string, key: { remoteJid: string; providerId: string }) => Promise<void>,
  ): Promise<void> {
    const { channel } = message.chat;
    if (channel.type !== 'WHATSAPP') return;
    assertConnected(channel);
    const providerId = message.providerId!;
    const addresses = await this.addressesOf(message);
    for (const [n, remoteJid] of addresses.entries()) {
      try {
        return await change(channel.instanceName!, { remoteJid, providerId });
      } catch (error) {
        if (isOtherAddress(error) && n + 1 < addresses.length) continue;
        throw toAppError(error);
      }
    }
  }

  /** Under which of them the gateway stored the message, it does not tell: it refuses the others. */
  private async addressesOf({ workspaceId, chat }: Found): Promise<string[]> {
    const { channelId, contactId, address } = chat;
    const aliases = await this.prisma.contactAlias.findMany({ where: { workspaceId, channelId, contactId } });
    return [...new Set([address, ...aliases.map(({ alias }) => alias)])];
  }
}

const whereOf = ({ workspaceId, chatId, id }: Found) => ({ workspaceId, chatId, id });

const factsOf = (message: Found): ChangeFacts => ({
  ...message,
  isDeleted: message.deletedAt !== null,
  ageMs: Date.now() - message.sentAt.getTime(),
});

function refuse(why: string | undefined): void {
  if (why) throw new AppError('MESSAGE_NOT_CHANGEABLE', why);
}

const isOtherAddress = (error: unknown) =>
  error instanceof GatewayError && error.kind === 'refused' && /remotejid/i.test(error.text);

function toAppError(cause: unknown): unknown {
  if (!(cause instanceof GatewayError)) return cause;
  if (cause.kind === 'refused')
    return new AppError('MESSAGE_NOT_CHANGEABLE', 'WhatsApp does not allow it for this message any more.', { cause });
  return new AppError('GATEWAY_FAILED', 'The gateway did not do it; try again.', { cause });
}
