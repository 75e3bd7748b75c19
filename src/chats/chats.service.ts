import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type Page, toSlice } from '../common/pagination.js';
import { TURN, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { writeChatCursor, writeMessageCursor } from './chat-cursor.js';
import {
  type ChatRow,
  type ListChatsQuery,
  type ListMessagesQuery,
  type MessageRow,
  toChat,
  toMessage,
} from './chats.dto.js';
import { chatsCount, chatsPage, messagesCount, messagesPage, oneChat, rowsOf } from './chats.queries.js';
import { giveBack, scheduleGiveBack } from './give-back.queries.js';
import { finishChat, handToPerson } from './takeover.queries.js';

/** Chats and their messages, as people see them. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
    private readonly audit: AuditService,
    private readonly wakeups: WakeupsService,
  ) {}

  /** The inbox, newest activity first. */
  async list(user: SignedIn, workspaceId: string, query: ListChatsQuery): Promise<Page<ReturnType<typeof toChat>>> {
    await this.access.workspace(user, workspaceId, 'read');
    const { status, humanTalk, unread, cursor: after, page, pageSize } = query;
    const channelIds = query.agentId && (await this.channelsOf(workspaceId, query.agentId));
    const filter = { channelIds: channelIds || undefined, search: query.query, status, humanTalk, unread };
    const slice = after ? { limit: pageSize + 1, after } : { limit: pageSize + 1, offset: toSlice(query).skip };
    const [rows, counts] = await Promise.all([
      rowsOf<ChatRow>(this.pool, chatsPage(workspaceId, { ...filter, userId: user.userId }, slice)),
      rowsOf<{ total: number }>(this.pool, chatsCount(workspaceId, { ...filter, userId: user.userId })),
    ]);
    const { items, nextCursor } = cut(rows, pageSize, (row) => writeChatCursor(Math.round(row.time_ms), row.id));
    return { items: items.map(toChat), total: counts[0]!.total, page, pageSize, nextCursor };
  }

  async get(user: SignedIn, id: string) {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'read');
    const [row] = await rowsOf<ChatRow>(this.pool, oneChat(workspaceId, chatId));
    return toChat(row!);
  }

  /** A chat's messages, newest first. */
  async messages(user: SignedIn, id: string, query: ListMessagesQuery): Promise<Page<ReturnType<typeof toMessage>>> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'read');
    const { page, pageSize, cursor: before } = query;
    const slice = { limit: pageSize + 1, before, offset: before ? 0 : toSlice(query).skip };
    const [rows, counts] = await Promise.all([
      rowsOf<MessageRow>(this.pool, messagesPage(workspaceId, { chatId }, slice)),
      rowsOf<{ total: number }>(this.pool, messagesCount(workspaceId, { chatId })),
    ]);
    const { items, nextCursor } = cut(rows, pageSize, (row) => writeMessageCursor(row.seq));
    return { items: items.map(toMessage), total: counts[0]!.total, page, pageSize, nextCursor };
  }

  /** A person takes the chat: the agent falls silent at once. */
  async startHuman(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    // An API key is nobody who could answer: the chat waits for whoever comes.
    const userId = user.apiKey ? null : user.userId;
    await inTransaction(this.pool, async (tx) => {
      await handToPerson(tx, workspaceId, chatId, { userId });
      await scheduleGiveBack(tx, { workspaceId, chatId });
    });
    return SUCCESS;
  }

  /** The agent answers again, also what the customer wrote last if nobody has answered it. */
  async stopHuman(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    await inTransaction(this.pool, (tx) => giveBack(tx, { workspaceId, chatId }));
    this.wakeups.announce(TURN, '0');
    return SUCCESS;
  }

  /** Somebody has read it. The customer is not told: their phone's blue ticks are the business's to give. */
  async read(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    await this.prisma.chat.updateMany({ where: { workspaceId, id: chatId }, data: { unread: 0 } });
    return SUCCESS;
  }

  /** The matter is settled: the customer's next message opens a new one, and the agent answers it. */
  async finish(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    await inTransaction(this.pool, (tx) => finishChat(tx, workspaceId, chatId, user.userId));
    return SUCCESS;
  }

  /** Deletes the chat with everything in it; the contact stays. */
  async remove(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'configure');
    await this.prisma.$transaction(async (tx) => {
      await tx.chat.deleteMany({ where: { workspaceId, id: chatId } });
      await this.audit.record(tx, user, { workspaceId, action: 'chat.deleted', subjectId: chatId });
    });
    return SUCCESS;
  }

  /** Deletes what was said. Work under way is void: it would answer what is gone. */
  async clear(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'configure');
    await this.prisma.$transaction(async (tx) => {
      // The chat first, as everywhere: its row is the lock.
      const changed = { epoch: { increment: 1 }, unread: 0 };
      await tx.chat.updateMany({ where: { workspaceId, id: chatId }, data: changed });
      await tx.turn.updateMany({
        where: { workspaceId, chatId, state: { in: ['COLLECTING', 'QUEUED', 'THINKING', 'SENDING'] } },
        data: { state: 'SKIPPED', reason: 'history_deleted', finishedAt: new Date() },
      });
      await tx.message.deleteMany({ where: { workspaceId, chatId } });
      await this.audit.record(tx, user, { workspaceId, action: 'chat.cleared', subjectId: chatId });
    });
    return SUCCESS;
  }

  private async channelsOf(workspaceId: string, agentId: string): Promise<string[]> {
    const channels = await this.prisma.channel.findMany({ where: { workspaceId, agentId }, select: { id: true } });
    return channels.map(({ id }) => id);
  }
}

/** A page of the rows, of which one more than asked for was read, and the cursor after it. */
function cut<T>(rows: readonly T[], size: number, cursorOf: (row: T) => string) {
  const items = rows.slice(0, size);
  return { items, nextCursor: rows.length > size ? cursorOf(items.at(-1)!) : null };
}
