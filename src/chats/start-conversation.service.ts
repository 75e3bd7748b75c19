import { Injectable } from '@nestjs/common';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { normalisePhone } from '../common/normalise-phone.js';
import { listJidAliases } from '../contacts/list-phone-aliases.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { readPhone } from '../evolution-api/read-identity.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { openChat } from './open-chat.queries.js';
import { readOutgoing, type StartConversationBody } from './send-message.dto.js';
import { assertConnected, SendMessageService } from './send-message.service.js';

/** Writes to a phone that may never have written to us. */
@Injectable()
export class StartConversationService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly gateway: EvolutionApiClient,
    private readonly sender: SendMessageService,
  ) {}

  /**
   * Finds or makes the chat with this phone and sends the first message; see `SendMessageService.send`.
   * @throws CHANNEL_NOT_CONNECTED, CHANNEL_TYPE_NOT_SUPPORTED, NOT_ON_WHATSAPP, GATEWAY_FAILED
   */
  async start(user: SignedIn, id: string, body: StartConversationBody, messageId?: string) {
    const { workspaceId, channelId } = await this.access.channel(user, id, 'chat');
    const before = await this.sender.findRepeated(workspaceId, messageId);
    if (before) return before;
    const channel = await this.prisma.channel.findUniqueOrThrow({
      where: { workspaceId_id: { workspaceId, id: channelId } },
    });
    if (channel.type !== 'WHATSAPP' || !channel.instanceName)
      throw new AppError('CHANNEL_TYPE_NOT_SUPPORTED', 'This channel has no phone; use a WhatsApp channel.');
    const digits = normalisePhone(body.phone);
    if (!digits) throw invalidPhone();
    assertConnected(channel);
    const jid = await this.findJid(channel.instanceName, digits);
    const aliases = listJidAliases(jid);
    const to = { workspaceId, channelId, aliases, phone: readPhone(jid), contactId: uuid7(), chatId: uuid7() };
    const out = { ...readOutgoing(body), quoted: null };
    return this.sender.deliver(user, workspaceId, out, messageId, (tx) => openChat(tx, to));
  }

  /** The address under which WhatsApp knows the number. */
  private async findJid(instanceName: string, digits: string): Promise<string> {
    const known = await this.gateway.whatsappNumbers(instanceName, [digits]).catch((cause: unknown) => {
      throw new AppError('GATEWAY_FAILED', 'The gateway cannot look this number up; try again.', { cause });
    });
    const found = known.find((number) => number.exists);
    if (!found) throw new AppError('NOT_ON_WHATSAPP', 'WhatsApp does not know this number; check it.');
    return found.jid;
  }
}

const invalidPhone = () =>
  new AppError('VALIDATION_FAILED', undefined, {
    errors: [{ path: 'phone', message: 'is not a phone number (for instance 5531988887777)' }],
  });
