import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { normalisePhone } from '../common/normalise-phone.js';
import { listJidAliases } from '../contacts/list-phone-aliases.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { readPhone } from '../evolution-api/read-identity.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { allowProactive } from './allow-proactive.js';
import { openChat } from './open-chat.queries.js';
import { loadProactiveScene } from './proactive.queries.js';
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
   * @throws TOO_MANY_REQUESTS, CHANNEL_NOT_CONNECTED, CHANNEL_TYPE_NOT_SUPPORTED, NOT_ON_WHATSAPP, GATEWAY_FAILED
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
    return this.sender.deliver(user, workspaceId, out, messageId, async (tx) => {
      await this.mayWrite(tx, to);
      return openChat(tx, to);
    });
  }

  /** @throws TOO_MANY_REQUESTS when this number should not write to one more stranger now */
  private async mayWrite(tx: PoolClient, to: { workspaceId: string; channelId: string; aliases: readonly string[] }) {
    const scene = await loadProactiveScene(tx, to.workspaceId, to.channelId, to.aliases);
    const answer = scene.isKnown ? ({ allowed: true } as const) : allowProactive(scene);
    if (answer.allowed) return;
    const { retryAfterSeconds } = answer;
    if (answer.reason === 'paused')
      throw new AppError('TOO_MANY_REQUESTS', 'Messages from this number do not arrive; new conversations wait.', {
        retryAfterSeconds,
      });
    throw new AppError(
      'TOO_MANY_REQUESTS',
      'This number has begun as many conversations today as its age allows; more would get it restricted.',
      { retryAfterSeconds },
    );
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
