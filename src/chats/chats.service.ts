import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type Page, toSlice } from '../common/pagination.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { AccessService } from '../workspaces/access.service.js';
import { type ListChatsQuery, type ListMessagesQuery, toChat, toMessage } from './chats.dto.js';
import { listChats } from './chats.queries.js';
import { handToAgent, handToPerson } from './takeover.queries.js';

/** Chats and their messages, as people see them. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** The inbox, newest activity first. */
  async list(user: SignedIn, workspaceId: string, query: ListChatsQuery): Promise<Page<ReturnType<typeof toChat>>> {
    await this.access.workspace(user, workspaceId, 'read');
    const { rows, total } = await listChats(this.pool, workspaceId, query);
    return { items: rows.map(toChat), total, page: query.page, pageSize: query.pageSize };
  }

  /** A chat's messages, newest first. */
  async messages(user: SignedIn, id: string, query: ListMessagesQuery): Promise<Page<ReturnType<typeof toMessage>>> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'read');
    const where = { workspaceId, chatId };
    const [rows, total] = await Promise.all([
      this.prisma.message.findMany({ where, orderBy: { seq: 'desc' }, ...toSlice(query) }),
      this.prisma.message.count({ where }),
    ]);
    return { items: rows.map(toMessage), total, page: query.page, pageSize: query.pageSize };
  }

  /** A person takes the chat: the agent falls silent at once. */
  async startHuman(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    await inTransaction(this.pool, (tx) => handToPerson(tx, workspaceId, chatId));
    return SUCCESS;
  }

  /** The agent answers again, from the next message on. */
  async stopHuman(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const { workspaceId, chatId } = await this.access.chat(user, id, 'chat');
    await inTransaction(this.pool, (tx) => handToAgent(tx, workspaceId, chatId));
    return SUCCESS;
  }
}
