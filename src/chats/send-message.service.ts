import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { hashContent } from '../evolution-api/hash-text.js';
import { DONE, SEND, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import type { Message } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { AccessService } from '../workspaces/access.service.js';
import { toMessage } from './chats.dto.js';
import { findMessage } from './chats.queries.js';
import { scheduleGiveBack } from './give-back.queries.js';
import { type Outgoing, readOutgoing, type SendMessageBody } from './send-message.dto.js';
import { queueSend, wasQueued } from './send-message.queries.js';
import { handToPerson, lockChat } from './takeover.queries.js';

/** How long a caller waits to hear what became of the message; it goes on its way in any case. */
const PATIENCE_MS = 20_000;
/** The backstop where a wake-up was lost. */
const POLL_MS = 1_000;
const MAX_QUOTE = 1_000;

/** Sends what people and API clients write. It leaves as the agent's words do: through the outbox, carried by a worker. */
@Injectable()
export class SendMessageService {
  private readonly patienceMs: number;

  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly wakeups: WakeupsService,
  ) {
    // After the gateway's worst case there is no first outcome left to wait for.
    this.patienceMs = Math.min(PATIENCE_MS, config.gatewayWorstCaseSeconds * 1_000);
  }

  /**
   * Sends one message and waits for its first outcome; `messageId` makes a repetition the same send. A person takes the
   * chat over with it; an API client writes for the business and leaves the chat to whoever has it.
   * @throws CHANNEL_NOT_CONNECTED, NOT_ON_WHATSAPP, GATEWAY_FAILED
   */
  async send(user: SignedIn, id: string, body: SendMessageBody, messageId?: string) {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    const before = await this.findRepeated(workspaceId, messageId);
    if (before) return before;
    const where = { workspaceId_id: { workspaceId, id: chatId } };
    const { channel } = await this.prisma.chat.findUniqueOrThrow({ where, include: { channel: true } });
    const quoted = body.replyMessageId ? await this.findQuoted(workspaceId, chatId, body.replyMessageId) : null;
    assertConnected(channel);
    return this.deliver(user, workspaceId, { ...readOutgoing(body), quoted }, messageId, async () => chatId);
  }

  /** Queues a message in the chat that `openChat` names, in its transaction, and waits; see `send`. */
  async deliver(
    user: SignedIn,
    workspaceId: string,
    out: Outgoing & { readonly quoted: Message | null },
    givenId: string | undefined,
    openChat: (tx: PoolClient) => Promise<string>,
  ) {
    const [messageId, turnId] = [givenId ?? uuid7(), uuid7()];
    await inTransaction(this.pool, async (tx) => {
      if (await wasQueued(tx, workspaceId, messageId)) return;
      const chatId = await openChat(tx);
      await lockChat(tx, workspaceId, chatId);
      const isNew = await queueSend(tx, {
        ...{ workspaceId, chatId, messageId, turnId, partId: uuid7(), interactionId: uuid7() },
        author: user.apiKey ? 'API' : 'HUMAN',
        userId: user.apiKey ? null : user.userId,
        ...{ type: out.type, text: out.text, media: out.media, content: contentOf(out) },
        textHash: Buffer.from(hashContent(out.type, out.text)),
        quotedId: out.quoted?.providerId ?? null,
      });
      if (!isNew || user.apiKey) return;
      await handToPerson(tx, workspaceId, chatId, { userId: user.userId });
      await scheduleGiveBack(tx, { workspaceId, chatId });
    });
    this.wakeups.announce(SEND, '');
    return this.outcome(workspaceId, messageId, turnId);
  }

  /** What became of a send that was asked for before; undefined when it is new. The first time decides, connected or not. */
  async findRepeated(workspaceId: string, messageId: string | undefined) {
    if (!messageId || !(await wasQueued(this.pool, workspaceId, messageId))) return undefined;
    return this.outcome(workspaceId, messageId);
  }

  /** The message once it is known whether it left, or after the caller's patience. @throws NOT_ON_WHATSAPP, GATEWAY_FAILED */
  private async outcome(workspaceId: string, messageId: string, turnId = '') {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const woken = this.wakeups.next(DONE, turnId, POLL_MS);
      const message = await findMessage(this.pool, workspaceId, messageId);
      if (!message) throw new AppError('NOT_FOUND');
      if (message.status === 'FAILED') throw failure(message.error);
      const isOpen = message.status === 'QUEUED' || message.status === 'UNKNOWN';
      if (!isOpen || performance.now() > deadline) return { success: true as const, ...toMessage(message) };
      await woken;
    }
  }

  private async findQuoted(workspaceId: string, chatId: string, id: string): Promise<Message> {
    const where = { workspaceId, chatId, id, providerId: { not: null }, deletedAt: null };
    const message = await this.prisma.message.findFirst({ where });
    if (!message) throw new AppError('NOT_FOUND');
    return message;
  }
}

/** @throws CHANNEL_NOT_CONNECTED: better than a message that waits, unseen, for a phone nobody has linked */
export function assertConnected(channel: { readonly type: string; readonly state: string }): void {
  if (channel.type === 'WHATSAPP' && channel.state !== 'open')
    throw new AppError('CHANNEL_NOT_CONNECTED', 'Link the phone of this channel first, then send again.');
}

function failure(error: string | null): AppError {
  if (error?.startsWith('not_on_whatsapp'))
    return new AppError('NOT_ON_WHATSAPP', 'WhatsApp does not know this number; check it.');
  return new AppError('GATEWAY_FAILED', 'The message was not sent; check it and send it again.');
}

/** What the message keeps beside its text, under the names that inbound content has. */
function contentOf({ media, quoted }: Outgoing & { readonly quoted: Message | null }) {
  if (!media && !quoted) return null;
  return {
    ...(media && { mediaUrl: media.url, fileName: media.fileName, mimetype: media.mimetype }),
    ...(quoted && { quoted: { id: quoted.providerId, text: [...quoted.text].slice(0, MAX_QUOTE).join('') } }),
  };
}
