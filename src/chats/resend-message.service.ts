import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { closeUnknown, findSentPart } from './outbox.queries.js';
import { assertConnected, SendMessageService } from './send-message.service.js';
import { lockChat } from './takeover.queries.js';

/** Sends again what nobody knows the fate of. Only a person decides that: the customer may read it twice. */
@Injectable()
export class ResendMessageService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
    private readonly sender: SendMessageService,
  ) {}

  /**
   * Closes the old message as failed and sends its content as a new one, at once or not at all; see `SendMessageService.send`.
   * @throws CONFLICT unless its delivery is unknown, CHANNEL_NOT_CONNECTED, NOT_ON_WHATSAPP, GATEWAY_FAILED
   */
  async resend(user: SignedIn, id: string, messageId: string, newId?: string) {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    const before = await this.sender.findRepeated(workspaceId, newId);
    if (before) return before;
    const where = { workspaceId, chatId, id: messageId };
    const message = await this.prisma.message.findFirst({ where, include: { chat: { include: { channel: true } } } });
    if (!message) throw new AppError('NOT_FOUND');
    const part = await findSentPart(this.pool, workspaceId, messageId);
    if (message.status !== 'UNKNOWN' || !part) throw notUnknown();
    assertConnected(message.chat.channel);
    const quoted = part.quotedId
      ? await this.prisma.message.findFirst({ where: { workspaceId, chatId, providerId: part.quotedId } })
      : null;
    const out = { type: part.media?.kind ?? ('TEXT' as const), text: part.text, media: part.media, quoted };
    return this.sender.deliver(user, workspaceId, out, newId, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      if (!(await closeUnknown(tx, workspaceId, messageId))) throw notUnknown();
      return chatId;
    });
  }
}

const notUnknown = () => new AppError('CONFLICT', 'Only a message whose delivery is unknown can be sent again.');
