import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import { AccessService } from '../workspaces/access.service.js';
import {
  type ExportBody,
  type ExportRow,
  type InteractionRow,
  type ListInteractionsQuery,
  toExportRow,
  toInteractionView,
} from './interactions.dto.js';
import { countInteractions, listInteractions, type Place } from './list-interactions.queries.js';

/** How many rows of an export are in memory at a time. */
const EXPORT_BATCH = 500;
const EXPORT_PAGE_SIZE = 100;

/** What is exported: how many rows match, and the rows in batches, read as they are taken. */
export interface Export {
  readonly total: number;
  readonly batches: AsyncIterable<readonly ExportRow[]>;
}

/** Interactions as people look at them; chats open, hand over and resolve them. */
@Injectable()
export class InteractionsService {
  constructor(
    private readonly access: AccessService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** One page, newest first. */
  async list(user: SignedIn, workspaceId: string, query: ListInteractionsQuery) {
    await this.access.workspace(user, workspaceId, 'read');
    const { page, pageSize, ...filter } = query;
    const [rows, total] = await Promise.all([
      listInteractions(this.pool, workspaceId, filter, pageSize, { offset: (page - 1) * pageSize }),
      countInteractions(this.pool, workspaceId, filter),
    ]);
    return { items: rows.map(toInteractionView), total, page, pageSize };
  }

  /** The page that was asked for, or everything. Resolves once the first batch is read, so that failures come before the answer. */
  async export(user: SignedIn, workspaceId: string, body: ExportBody): Promise<Export> {
    await this.access.workspace(user, workspaceId, 'read');
    const { page, pagesize, ...filter } = body;
    const isPaged = page !== undefined || pagesize !== undefined;
    const size = isPaged ? (pagesize ?? EXPORT_PAGE_SIZE) : Number.POSITIVE_INFINITY;
    const read = (place: Place, left: number) =>
      listInteractions(this.pool, workspaceId, filter, Math.min(EXPORT_BATCH, left), place);
    const [total, first] = await Promise.all([
      countInteractions(this.pool, workspaceId, filter),
      read({ offset: isPaged ? ((page ?? 1) - 1) * size : 0 }, size),
    ]);
    return { total, batches: readOn(first, size, read) };
  }
}

async function* readOn(
  first: InteractionRow[],
  size: number,
  read: (place: Place, left: number) => Promise<InteractionRow[]>,
): AsyncGenerator<ExportRow[]> {
  let left = size;
  for (let rows = first; rows.length > 0; ) {
    yield rows.map(toExportRow);
    left -= rows.length;
    if (left <= 0 || rows.length < EXPORT_BATCH) return;
    rows = await read({ after: rows.at(-1)! }, left);
  }
}
