import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { LOGGER } from '../common/logger.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { AccessService } from '../workspaces/access.service.js';
import { toMergeView } from './contact-merges.dto.js';
import {
  lockMerge,
  lockPair,
  type MergePair,
  markUndone,
  mergeChat,
  mergeContact,
  moveChat,
  recordMerge,
  undoMerge,
  wasUndone,
} from './merge-contacts.queries.js';

/** What became of a merge. `busy`: a reply is on its way in the chat that would go; later. */
export type MergeOutcome = 'merged' | 'busy' | 'gone' | 'undone_before';

/** One person is one contact: two that turn out to be one are merged, on the record, and can be parted again. */
@Injectable()
export class ContactMergesService {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
  ) {}

  /**
   * Merges contacts that one message named together. What cannot be merged now is merged with the next such message.
   * Never throws: the message that showed it is kept in any case.
   */
  async mergeRivals(workspaceId: string, keptId: string, rivals: readonly string[]): Promise<void> {
    for (const mergedId of rivals) {
      await this.merge({ workspaceId, keptId, mergedId }, 'one message came from addresses of both').catch(
        (error: unknown) =>
          this.logger.warn({ err: error, keptId, mergedId }, 'contacts not merged; the next message tries again'),
      );
    }
  }

  /** Merges by hand. @throws CONFLICT while the agent speaks in the chat that would go; NOT_FOUND */
  async mergeByHand(user: SignedIn, contactId: string, otherId: string) {
    const { workspaceId } = await this.access.contact(user, contactId, 'configure');
    const other = await this.access.contact(user, otherId, 'configure');
    if (other.workspaceId !== workspaceId) throw new AppError('NOT_FOUND');
    if (otherId === contactId) throw new AppError('CONFLICT', 'This is the same contact; choose another one');
    const outcome = await this.merge({ workspaceId, keptId: contactId, mergedId: otherId }, 'by hand', user.userId);
    if (outcome === 'gone') throw new AppError('NOT_FOUND');
    if (outcome === 'busy')
      throw new AppError('CONFLICT', 'A reply is being sent to this contact; try again in a minute');
    return SUCCESS;
  }

  /** What went up in a contact, newest first. */
  async list(user: SignedIn, contactId: string) {
    const { workspaceId } = await this.access.contact(user, contactId, 'read');
    const where = { workspaceId, keptId: contactId };
    const rows = await this.prisma.contactMerge.findMany({ where, orderBy: { createdAt: 'desc' }, take: 100 });
    return rows.map(toMergeView);
  }

  /** Parts two contacts again; what was said since stays where it is. @throws CONFLICT when it was done already */
  async undo(user: SignedIn, contactId: string, mergeId: string) {
    const { workspaceId } = await this.access.contact(user, contactId, 'configure');
    await inTransaction(this.pool, async (tx) => {
      const merge = await lockMerge(tx, { workspaceId, keptId: contactId, mergeId });
      if (!merge) throw new AppError('NOT_FOUND');
      if (merge.isUndone) throw new AppError('CONFLICT', 'This merge was undone already');
      await undoMerge(tx, { workspaceId, keptId: contactId, mergedId: merge.mergedId }, merge.moved);
      await markUndone(tx, workspaceId, mergeId);
    });
    return SUCCESS;
  }

  private merge(pair: MergePair, reason: string, userId: string | null = null): Promise<MergeOutcome> {
    return inTransaction(this.pool, async (tx) => {
      const chats = await lockPair(tx, pair);
      if (!chats) return 'gone';
      // By hand is a person's word, newer than the one before.
      if (!userId && (await wasUndone(tx, pair))) return 'undone_before';
      if (chats.some((chat) => chat.busy && chat.into)) return 'busy';
      const moved = [];
      for (const { row, into } of chats)
        moved.push(into ? await mergeChat(tx, pair.workspaceId, row, into) : await moveChat(tx, pair, row));
      const contact = await mergeContact(tx, pair);
      const record = { id: uuid7(), reason, userId, moved: { ...contact, chats: moved } };
      await recordMerge(tx, pair, record);
      this.logger.info({ workspace: pair.workspaceId, kept: pair.keptId, merged: pair.mergedId }, 'contacts merged');
      return 'merged';
    });
  }
}
