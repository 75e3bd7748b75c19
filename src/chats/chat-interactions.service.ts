import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type Page, toSlice } from '../common/pagination.js';
import { deleteInteraction, findOpenChat } from '../interactions/close-interaction.queries.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { AccessService } from '../workspaces/access.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import type { ListInteractionMessagesQuery } from './chat-interactions.dto.js';
import { type MessageRow, toMessage } from './chats.dto.js';
import { messagesCount, messagesPage, rowsOf } from './chats.queries.js';
import { finishChat, lockChat } from './takeover.queries.js';

interface InteractionKey {
  readonly workspaceId: string;
  readonly interactionId: string;
}

/** What happens to an interaction by its id: its messages and its chat are concerned, so it is done here. */
@Injectable()
export class ChatInteractionsService {
  constructor(
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** An interaction's messages, newest first. */
  async messages(
    user: SignedIn,
    id: string,
    query: ListInteractionMessagesQuery,
  ): Promise<Page<ReturnType<typeof toMessage>>> {
    const { workspaceId, interactionId } = await this.access.interaction(user, id, 'read');
    const slice = { limit: query.pageSize, offset: toSlice(query).skip };
    const [rows, counts] = await Promise.all([
      rowsOf<MessageRow>(this.pool, messagesPage(workspaceId, { interactionId }, slice)),
      rowsOf<{ total: number }>(this.pool, messagesCount(workspaceId, { interactionId })),
    ]);
    return { items: rows.map(toMessage), total: counts[0]!.total, page: query.page, pageSize: query.pageSize };
  }

  /** Ends the service; the agent answers again from the next message on. One that is resolved already stays as it is. */
  async resolve(user: SignedIn, id: string): Promise<typeof SUCCESS> {
    const key = await this.access.interaction(user, id, 'chat');
    await this.resolveOpen(user, key);
    return SUCCESS;
  }

  /** Deletes the record of a service, an open one after resolving it; its messages stay in the chat. */
  async remove(user: SignedIn, id: string): Promise<{ deleted: true }> {
    const { workspaceId, interactionId } = await this.access.interaction(user, id, 'configure');
    await this.resolveOpen(user, { workspaceId, interactionId });
    await this.prisma.$transaction(async (tx) => {
      await tx.message.updateMany({ where: { workspaceId, interactionId }, data: { interactionId: null } });
      await deleteInteraction(tx, { workspaceId, interactionId });
      await this.audit.record(tx, user, { workspaceId, action: 'interaction.deleted', subjectId: interactionId });
    });
    return { deleted: true };
  }

  /** Only the one that is open has a say over the chat: an old one must not take the chat from who has it now. */
  private async resolveOpen(user: SignedIn, key: InteractionKey): Promise<void> {
    const chatId = await findOpenChat(this.pool, key);
    if (!chatId) return;
    await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, key.workspaceId, chatId);
      // Looked up again under the lock: it may be over by now, and the chat's next one is none of this.
      if (await findOpenChat(tx, key)) await finishChat(tx, key.workspaceId, chatId, user.userId);
    });
  }
}
